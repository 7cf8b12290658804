// An activity listener receives the activities of the whole process, and the simulation uses every CPU.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
