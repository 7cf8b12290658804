// A listener for traces hears the whole process, and the simulation takes every processor.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
