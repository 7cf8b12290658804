using Mesh.Testing.Fixtures;

[assembly: AssemblyFixture(typeof(PostgresServer))]
