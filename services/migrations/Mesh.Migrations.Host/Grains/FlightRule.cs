namespace Mesh.Migrations.Host.Grains;

/// <summary>The pure function that grains live by: <see cref="Flight.Apply"/>, or in a simulation one with a known bug in it.</summary>
internal delegate Transition FlightRule(FlightState? state, FlightInput input, DateTimeOffset now);
