using Mesh.Testing.Real;

[assembly: AssemblyFixture(typeof(PostgresServer))]
