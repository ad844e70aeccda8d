import Glibc

/// What the operating system lets this process open.
enum Descriptors {
    /// For what is no connection of a client: listeners, the log, the status, the runtime's own, and those just being
    /// refused.
    private static let others: rlim_t = 128

    /// Asks for as many as so many connections need.
    ///
    /// - Returns: how many connections there are descriptors for.
    static func allow(_ connections: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return connections }
        let wanted = min(limit.rlim_max, rlim_t(connections) + 1_024)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = wanted
            guard setrlimit(resource, &limit) == 0, getrlimit(resource, &limit) == 0 else { return connections }
        }
        return Int(clamping: max(1, limit.rlim_cur - min(limit.rlim_cur, others)))
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
