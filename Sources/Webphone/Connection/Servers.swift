import SIP

/// Which server comes next. In one round each of those that the person named is tried once, in their order, and in
/// its place each that DNS names for it (RFC 3263 §4.3).
struct Servers: Sendable, Equatable {
    enum Next: Equatable {
        case open(Endpoint)
        /// DNS knows where this one is; `located` brings it.
        case locate(Target)
    }

    private let targets: [Target]
    /// Of this round, not tried yet.
    private var untried: ArraySlice<Target> = []
    private var endpoints: ArraySlice<Endpoint> = []
    /// Whether the last target that DNS was asked about has more than one server.
    private var isCluster = false
    /// The last one that was to be opened.
    private(set) var current: Endpoint?

    init(_ targets: [Target]) {
        self.targets = targets
    }

    /// Whether the loss of one server leaves another to go to at once.
    var areSeveral: Bool { targets.count > 1 || isCluster }

    /// Whether this round is not over.
    var isOneLeft: Bool { !endpoints.isEmpty || !untried.isEmpty }

    /// Begins a round, with the one that is wanted most.
    mutating func begin() {
        untried = targets[...]
        endpoints = []
    }

    /// The next of this round; nil when it is over.
    mutating func next() -> Next? {
        if let endpoint = endpoints.popFirst() {
            current = endpoint
            return .open(endpoint)
        }
        guard let target = untried.popFirst() else { return nil }
        guard let endpoint = target.endpoint else { return .locate(target) }
        current = endpoint
        return .open(endpoint)
    }

    /// Where the target is that was to be located, in the order in which to try.
    mutating func located(_ endpoints: [Endpoint]) {
        self.endpoints = endpoints[...]
        isCluster = endpoints.count > 1
    }
}
