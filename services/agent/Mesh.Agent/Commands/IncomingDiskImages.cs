using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Commands;

/// <summary>
/// Creates the images that copied disks go to, and deletes those and no others. A path is put on record once it is certain that
/// nothing is there, and before anything is created, so that a crash leaves behind neither an image that nobody may delete nor
/// the right to delete somebody else's.
/// </summary>
internal sealed class IncomingDiskImages(AgentContext agent)
{
    /// <summary>Creates all images, or none; tells what stood in the way.</summary>
    public async Task<Refusal?> CreateAsync(PrepareIncoming prepare, MigrationRecord record)
    {
        // What an earlier try of this same command left half done is begun again.
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
                // A creation that failed left nothing behind; one that nobody has heard of since may have.
                if (e.Code is not HypervisorErrorCode.TimedOut)
                    RemoveFromRecord(record, disk.Source);
                await DeleteAsync(record);
                return new Refusal(RefusalCode.StorageError, $"{agent.Host} cannot create {disk.Source} for disk {disk.Target}: {e.Message}");
            }
        }

        return null;
    }

    /// <summary>Deletes every image that was created for an attempt; tells which could not be deleted.</summary>
    public async Task<IReadOnlyList<Refusal>> DeleteAsync(MigrationRecord record)
    {
        var left = new List<Refusal>();
        foreach (var path in agent.Store.Find(record.MigrationId, record.Epoch)?.Destination?.CreatedImages ?? [])
        {
            try
            {
                await agent.Hypervisor.DeleteImageAsync(path, agent.Stopping);
                RemoveFromRecord(record, path);
                agent.Log.ImageDeleted(path, record.MigrationId);
            }
            catch (HypervisorException e)
            {
                agent.Log.ImageNotDeleted(path, record.MigrationId, e.Message);
                left.Add(new Refusal(RefusalCode.StorageError, $"{agent.Host} cannot delete {path}: {e.Message}"));
            }
        }

        return left;
    }

    private async Task CreateAsync(VmDisk disk, PrepareIncoming prepare, MigrationRecord record)
    {
        if (await agent.Hypervisor.ImageExistsAsync(disk.Source, agent.Stopping))
            throw new HypervisorException(HypervisorErrorCode.ImageExists, record.VmId, "there is an image already, which this migration did not create");

        agent.Store.Update(record, known => known with
        {
            Destination = known.Destination! with { CreatedImages = [.. known.Destination.CreatedImages, disk.Source] },
        });
        await agent.Hypervisor.CreateImageAsync(disk, prepare.CopyStorage, agent.Stopping);
        agent.Log.ImageCreated(disk.Source, record.MigrationId, record.VmId, prepare.Source);
    }

    private void RemoveFromRecord(MigrationRecord record, string path) =>
        agent.Store.Update(record, known => known with
        {
            Destination = known.Destination! with { CreatedImages = [.. known.Destination.CreatedImages.Where(created => created != path)] },
        });
}
