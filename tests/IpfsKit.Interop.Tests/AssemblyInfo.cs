// Each test starts processes; more at once than there are cores would only make all of them slow.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
