namespace Mesh.Agent.Libvirt;

/// <summary>
/// What went wrong (<c>virErrorNumber</c>): the codes that a migration agent can encounter. Others have their number only.
/// </summary>
public enum LibvirtErrorCode
{
    /// <summary>libvirt gave no reason (<c>VIR_ERR_OK</c>).</summary>
    None = 0,

    /// <summary>Anything that libvirt has no better code for (<c>VIR_ERR_INTERNAL_ERROR</c>).</summary>
    InternalError = 1,

    /// <summary>Memory could not be allocated (<c>VIR_ERR_NO_MEMORY</c>).</summary>
    NoMemory = 2,

    /// <summary>This connection's driver does not have the function (<c>VIR_ERR_NO_SUPPORT</c>).</summary>
    NoSupport = 3,

    /// <summary>A host name could not be resolved (<c>VIR_ERR_UNKNOWN_HOST</c>).</summary>
    UnknownHost = 4,

    /// <summary>The hypervisor could not be reached (<c>VIR_ERR_NO_CONNECT</c>).</summary>
    NoConnect = 5,

    /// <summary>The connection object is not valid (<c>VIR_ERR_INVALID_CONN</c>).</summary>
    InvalidConnection = 6,

    /// <summary>The domain object is not valid (<c>VIR_ERR_INVALID_DOMAIN</c>).</summary>
    InvalidDomain = 7,

    /// <summary>An argument is not valid (<c>VIR_ERR_INVALID_ARG</c>).</summary>
    InvalidArgument = 8,

    /// <summary>A command to the hypervisor failed (<c>VIR_ERR_OPERATION_FAILED</c>).</summary>
    OperationFailed = 9,

    /// <summary>An XML description is broken (<c>VIR_ERR_XML_ERROR</c>).</summary>
    XmlError = 27,

    /// <summary>The domain exists already (<c>VIR_ERR_DOM_EXIST</c>).</summary>
    DomainExists = 28,

    /// <summary>Forbidden on a read-only connection (<c>VIR_ERR_OPERATION_DENIED</c>).</summary>
    OperationDenied = 29,

    /// <summary>Detail of an XML error (<c>VIR_ERR_XML_DETAIL</c>).</summary>
    XmlDetail = 35,

    /// <summary>A system call failed, connecting to a socket included (<c>VIR_ERR_SYSTEM_ERROR</c>).</summary>
    SystemError = 38,

    /// <summary>The remote call to the daemon failed: the connection is probably lost (<c>VIR_ERR_RPC</c>).</summary>
    Rpc = 39,

    /// <summary>TLS failed (<c>VIR_ERR_GNUTLS_ERROR</c>).</summary>
    TlsError = 40,

    /// <summary>No such domain, or it just disappeared (<c>VIR_ERR_NO_DOMAIN</c>).</summary>
    NoDomain = 42,

    /// <summary>Authentication failed (<c>VIR_ERR_AUTH_FAILED</c>).</summary>
    AuthenticationFailed = 45,

    /// <summary>The storage pool object is not valid (<c>VIR_ERR_INVALID_STORAGE_POOL</c>).</summary>
    InvalidStoragePool = 46,

    /// <summary>The storage volume object is not valid (<c>VIR_ERR_INVALID_STORAGE_VOL</c>).</summary>
    InvalidStorageVolume = 47,

    /// <summary>No such storage pool (<c>VIR_ERR_NO_STORAGE_POOL</c>).</summary>
    NoStoragePool = 49,

    /// <summary>No such storage volume (<c>VIR_ERR_NO_STORAGE_VOL</c>).</summary>
    NoStorageVolume = 50,

    /// <summary>
    /// Not possible in the present state, such as aborting a job when none runs (<c>VIR_ERR_OPERATION_INVALID</c>).
    /// </summary>
    OperationInvalid = 55,

    /// <summary>The configuration asks for something that is not supported (<c>VIR_ERR_CONFIG_UNSUPPORTED</c>).</summary>
    ConfigurationUnsupported = 67,

    /// <summary>libvirt itself gave up waiting, such as for another job's lock (<c>VIR_ERR_OPERATION_TIMEOUT</c>).</summary>
    OperationTimeout = 68,

    /// <summary>
    /// The migration worked, but the domain could not be made persistent on the destination
    /// (<c>VIR_ERR_MIGRATE_PERSIST_FAILED</c>).
    /// </summary>
    MigratePersistFailed = 69,

    /// <summary>A hook script refused (<c>VIR_ERR_HOOK_SCRIPT_FAILED</c>).</summary>
    HookScriptFailed = 70,

    /// <summary>A valid argument that this driver does not support (<c>VIR_ERR_ARGUMENT_UNSUPPORTED</c>).</summary>
    ArgumentUnsupported = 74,

    /// <summary>The job was cancelled (<c>VIR_ERR_OPERATION_ABORTED</c>).</summary>
    OperationAborted = 78,

    /// <summary>
    /// The migration could lose data, such as disks with a host cache on storage that is not shared
    /// (<c>VIR_ERR_MIGRATE_UNSAFE</c>).
    /// </summary>
    MigrateUnsafe = 81,

    /// <summary>A number is too large (<c>VIR_ERR_OVERFLOW</c>).</summary>
    Overflow = 82,

    /// <summary>A running block copy prevents it (<c>VIR_ERR_BLOCK_COPY_ACTIVE</c>).</summary>
    BlockCopyActive = 83,

    /// <summary>The hypervisor does not support the operation (<c>VIR_ERR_OPERATION_UNSUPPORTED</c>).</summary>
    OperationUnsupported = 84,

    /// <summary>The guest agent does not answer (<c>VIR_ERR_AGENT_UNRESPONSIVE</c>).</summary>
    AgentUnresponsive = 86,

    /// <summary>Something is already in use (<c>VIR_ERR_RESOURCE_BUSY</c>).</summary>
    ResourceBusy = 87,

    /// <summary>The access rules forbid it (<c>VIR_ERR_ACCESS_DENIED</c>).</summary>
    AccessDenied = 88,

    /// <summary>The storage volume exists already (<c>VIR_ERR_STORAGE_VOL_EXIST</c>).</summary>
    StorageVolumeExists = 90,

    /// <summary>The domain's CPU does not run on this host (<c>VIR_ERR_CPU_INCOMPATIBLE</c>).</summary>
    CpuIncompatible = 91,

    /// <summary>An XML description does not follow its schema (<c>VIR_ERR_XML_INVALID_SCHEMA</c>).</summary>
    XmlInvalidSchema = 92,

    /// <summary>
    /// The finishing step succeeded although it was expected to return nothing (<c>VIR_ERR_MIGRATE_FINISH_OK</c>).
    /// </summary>
    MigrateFinishOk = 93,

    /// <summary>The device was not found (<c>VIR_ERR_DEVICE_MISSING</c>).</summary>
    DeviceMissing = 99,

    /// <summary>More than one domain matches (<c>VIR_ERR_MULTIPLE_DOMAINS</c>).</summary>
    MultipleDomains = 110,
}
