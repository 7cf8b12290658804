namespace Mesh.Core;

/// <summary>The names of all metrics, tags and spans, by OpenTelemetry's conventions: dotted, lower case, units apart from the name.</summary>
public static class TelemetryNames
{
    /// <summary>The name of every meter and of the activity source: what is exported is selected by it.</summary>
    public const string Source = "Mesh";

    /// <summary>Metrics; each is recorded by one service.</summary>
    public static class Metrics
    {
        /// <summary>Migrations by outcome. Recorded by the migrations service.</summary>
        public const string MigrationsEnded = "mesh.migration.ended";

        /// <summary>From request to outcome, in seconds. Recorded by the migrations service.</summary>
        public const string MigrationDuration = "mesh.migration.duration";

        /// <summary>How long the VM was paused, in seconds; once per migration that moved its VM. Recorded by the migrations service.</summary>
        public const string MigrationDowntime = "mesh.migration.downtime";

        /// <summary>Changes to running migrations. Recorded by the migrations service.</summary>
        public const string MigrationChanges = "mesh.migration.changes";

        /// <summary>Hosts by health. Recorded by the migrations service.</summary>
        public const string Hosts = "mesh.hosts";

        /// <summary>Policy selections. Recorded by the policy service.</summary>
        public const string PolicyResolutions = "mesh.policy.resolutions";

        /// <summary>Queued migrations. Recorded by the scheduler.</summary>
        public const string QueueWaiting = "mesh.queue.waiting";

        /// <summary>Attempts admitted. Recorded by the scheduler.</summary>
        public const string QueueAdmitted = "mesh.queue.admitted";

        /// <summary>Migrations given up because no host is eligible. Recorded by the scheduler.</summary>
        public const string QueueRejected = "mesh.queue.rejected";

        /// <summary>From queueing to admission, in seconds. Recorded by the scheduler.</summary>
        public const string QueueWaitDuration = "mesh.queue.wait.duration";

        /// <summary>Jobs running at their source. Recorded by agents.</summary>
        public const string AgentJobsRunning = "mesh.agent.jobs.running";

        /// <summary>From the start of a job to its end, in seconds. Recorded by agents.</summary>
        public const string AgentJobDuration = "mesh.agent.job.duration";

        /// <summary>Downtime as the source's hypervisor measured it, in seconds; once per completed job. Recorded by agents.</summary>
        public const string AgentJobDowntime = "mesh.agent.job.downtime";

        /// <summary>Commands answered. Recorded by agents.</summary>
        public const string AgentCommands = "mesh.agent.commands";

        /// <summary>Reports sent. Recorded by agents.</summary>
        public const string AgentReports = "mesh.agent.reports";

        /// <summary>Duration of libvirt calls, in seconds. Recorded by agents.</summary>
        public const string LibvirtCallDuration = "mesh.agent.libvirt.call.duration";

        /// <summary>libvirt events dropped because they were not read in time. Recorded by agents.</summary>
        public const string LibvirtEventsLost = "mesh.agent.libvirt.events.lost";
    }

    /// <summary>Tags of metrics and spans; each has one meaning. Enumerations are in camel case, as in JSON.</summary>
    public static class Tags
    {
        /// <summary>The migration's id.</summary>
        public const string MigrationId = "mesh.migration.id";

        /// <summary>The phase after the transition.</summary>
        public const string MigrationPhase = "mesh.migration.phase";

        /// <summary>How the migration ended.</summary>
        public const string MigrationOutcome = "mesh.migration.outcome";

        /// <summary>The priority of the request.</summary>
        public const string MigrationPriority = "mesh.migration.priority";

        /// <summary>The destination of the attempt.</summary>
        public const string MigrationDestination = "mesh.migration.destination";

        /// <summary>What kind of requester changed a migration, such as <c>policy</c> or <c>operator</c>.</summary>
        public const string ChangeOrigin = "mesh.change.origin";

        /// <summary>The host of the agent.</summary>
        public const string HostName = "mesh.host.name";

        /// <summary>The health of the counted hosts.</summary>
        public const string HostHealth = "mesh.host.health";

        /// <summary>The policy in effect; <c>none</c> without one.</summary>
        public const string PolicyName = "mesh.policy.name";

        /// <summary>What selected the policy.</summary>
        public const string PolicySelectedBy = "mesh.policy.selected_by";

        /// <summary>The discriminator of an agent command.</summary>
        public const string CommandType = "mesh.command.type";

        /// <summary>The result of an agent command.</summary>
        public const string CommandResult = "mesh.command.result";

        /// <summary>The result of a job.</summary>
        public const string JobResult = "mesh.job.result";

        /// <summary>The libvirt function.</summary>
        public const string LibvirtCall = "mesh.libvirt.call";

        /// <summary>How the call ended: <c>ok</c>, <c>error</c> or <c>timeout</c>.</summary>
        public const string LibvirtResult = "mesh.libvirt.result";
    }

    /// <summary>Names of spans; those that end in a dot are followed by a discriminator.</summary>
    public static class Spans
    {
        /// <summary>A job at its source, from start to end.</summary>
        public const string MigrationJob = "migration.job";

        /// <summary>A transition of a migration; followed by the input.</summary>
        public const string MigrationTransition = "migration.transition.";

        /// <summary>An agent executes a command; followed by the command.</summary>
        public const string AgentCommand = "agent.command.";

        /// <summary>The scheduler admits an attempt.</summary>
        public const string SchedulerAdmit = "scheduler.admit";
    }
}
