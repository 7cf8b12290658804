using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Commands;

/// <summary>
/// Creates the images that disks are copied to, and deletes those and no others. A path is recorded once it is certain that nothing exists
/// there, and before anything is created, so that a crash leaves neither an image that nobody may delete nor the right to delete someone
/// else's.
/// </summary>
internal sealed class IncomingDiskImages(AgentContext agent, IHypervisor hypervisor, AgentStore store)
{
    /// <summary>Creates all images, or none; returns what prevented it, null for nothing.</summary>
    public async Task<Refusal?> CreateAsync(PrepareIncoming prepare, MigrationRecord record)
    {
        // An earlier delivery of this command may have been interrupted.
        if ((await DeleteAsync(record)) is { Count: > 0 } left)
            return left[0];

        foreach (var disk in prepare.DisksToCreate)
        {
            try
            {
                await CreateAsync(disk, prepare, record);
            }
            catch (HypervisorException e)
            {
                // A failed creation leaves nothing behind; one that timed out may.
                if (e.Code is not HypervisorErrorCode.TimedOut)
                    RemoveFromRecord(record, disk.Source);
                await DeleteAsync(record);
                return new Refusal(RefusalCode.StorageError, $"{agent.Host}: creating {disk.Source} for disk {disk.Target} failed: {e.Message}");
            }
        }

        return null;
    }

    /// <summary>Deletes every image that was created for an attempt; returns those that could not be deleted.</summary>
    public async Task<IReadOnlyList<Refusal>> DeleteAsync(MigrationRecord record)
    {
        var left = new List<Refusal>();
        foreach (var path in store.Find(record.MigrationId, record.Epoch)?.Destination?.CreatedImages ?? [])
        {
            try
            {
                await hypervisor.DeleteImageAsync(path, agent.Stopping);
                RemoveFromRecord(record, path);
                agent.Log.ImageDeleted(path, record.MigrationId);
            }
            catch (HypervisorException e)
            {
                agent.Log.ImageNotDeleted(path, record.MigrationId, e.Message);
                left.Add(new Refusal(RefusalCode.StorageError, $"{agent.Host}: deleting {path} failed: {e.Message}"));
            }
        }

        return left;
    }

    private async Task CreateAsync(VmDisk disk, PrepareIncoming prepare, MigrationRecord record)
    {
        if (await hypervisor.ImageExistsAsync(disk.Source, agent.Stopping))
            throw new HypervisorException(HypervisorErrorCode.ImageExists, record.VmId, "an image already exists that this migration did not create");

        store.UpdateDestination(record, known => known with { CreatedImages = [.. known.CreatedImages, disk.Source] });
        await hypervisor.CreateImageAsync(disk, prepare.CopyStorage, agent.Stopping);
        agent.Log.ImageCreated(disk.Source, record.MigrationId, record.VmId, prepare.Source);
    }

    private void RemoveFromRecord(MigrationRecord record, string path) =>
        store.UpdateDestination(record, known => known with { CreatedImages = [.. known.CreatedImages.Where(created => created != path)] });
}
