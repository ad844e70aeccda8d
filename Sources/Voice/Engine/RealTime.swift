import Glibc

/// Threads that others' work must not keep waiting.
enum RealTime {
    /// SCHED_RESET_ON_FORK of sched(7), which Glibc does not show to Swift.
    private static let resetOnFork: Int32 = 0x4000_0000

    /// Has this thread run before all that are not of its kind, where the system lets this person have that; else it runs as
    /// all do. What it starts does not inherit it. A system call and no lock.
    static func ask() {
        var priority = sched_param(sched_priority: 1)
        // Of Linux's threads each has its own; 0 is the one that calls.
        _ = sched_setscheduler(0, SCHED_RR | resetOnFork, &priority)
    }
}
