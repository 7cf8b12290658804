// A listener for traces hears the whole process, and the simulation takes every processor.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
