/// One outside line: who is on it, and the document that says so.
///
/// The document is built at most once for each change and shared by all who watch the line.
package struct Line: Sendable, Equatable {
    package let name: String
    /// Counts the changes; a watcher that was told this version knows all there is to know.
    package private(set) var version: UInt64 = 1
    /// Its clients, in the order they came.
    package private(set) var members: [PhoneNumber] = []

    private var head: [UInt8]
    /// In the order of `members`.
    private var tuples: [[UInt8]] = []
    /// Those who are online on every line, without being its clients: the Echo test.
    private var residents: [UInt8]
    private var document: [UInt8]?

    package init(name: String, domain: String, residents: [UInt8] = []) {
        self.name = name
        self.residents = residents
        head = PresenceDocument.head(line: name, domain: domain)
    }

    package var count: Int { members.count }

    /// Adds a client, or gives the one that is there another name.
    package mutating func add(_ number: PhoneNumber, tuple: [UInt8]) {
        if let index = members.firstIndex(of: number) {
            guard tuples[index] != tuple else { return }
            tuples[index] = tuple
        } else {
            members.append(number)
            tuples.append(tuple)
        }
        changed()
    }

    package mutating func remove(_ number: PhoneNumber) {
        guard let index = members.firstIndex(of: number) else { return }
        members.remove(at: index)
        tuples.remove(at: index)
        changed()
    }

    /// Writes everything anew, because the exchange's domain, the residents or names have changed.
    package mutating func rewrite(domain: String, residents: [UInt8], tuple: (PhoneNumber) -> [UInt8]) {
        let head = PresenceDocument.head(line: name, domain: domain)
        let tuples = members.map(tuple)
        guard head != self.head || residents != self.residents || tuples != self.tuples else { return }
        self.head = head
        self.residents = residents
        self.tuples = tuples
        changed()
    }

    /// The line's present state as `application/pidf+xml`.
    package mutating func presence() -> [UInt8] {
        if let document { return document }
        var octets: [UInt8] = []
        octets.reserveCapacity(
            tuples.reduce(head.count + residents.count + PresenceDocument.tail.count) { $0 + $1.count })
        octets += head
        octets += residents
        for tuple in tuples { octets += tuple }
        octets += PresenceDocument.tail
        document = octets
        return octets
    }

    private mutating func changed() {
        version &+= 1
        document = nil
    }
}
