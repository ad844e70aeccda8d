import Glibc
import NIOCore
import SIP

/// Who may come in at all, and how much at a time.
struct Door {
    var access = AccessList()
    /// Those who were turned away for good and told to the log; bounded, and emptied with each new list.
    var turnedAway: Set<NumericAddress> = []
    var admission: Admission
    var turnstile: Turnstile
    /// How many connections the process has descriptors for.
    var places = Int.max
    var acceptPause = AcceptPause()
    /// Runs to the end of the next ban.
    var nextEnd: Scheduled<Void>?

    init(_ configuration: Configuration) {
        admission = Admission(limits: configuration.limits)
        turnstile = Turnstile(limits: configuration.limits, trusted: configuration.trusted)
    }

    mutating func admit(_ connection: UInt64, from remote: KernelAddress) -> Admission.Verdict {
        guard let address = remote.numeric else { return .refused }
        return admission.admit(connection, from: address.peer, isTrusted: turnstile.trusts(address))
    }
}

extension Switchboard {
    /// Whether somebody is let in; asked before anything of theirs is read.
    func admits(_ remote: KernelAddress, over transport: TransportProtocol) -> Bool {
        guard let address = remote.numeric else { return true }
        guard door.access.admitsAll || door.access.admits(address) else {
            turnAway(remote, address, over: transport)
            return false
        }
        let now = NIODeadline.elapsed
        let verdict =
            transport == .udp
            ? door.turnstile.judge(datagramFrom: address, port: UInt16(clamping: remote.port ?? 0), at: now)
            : door.turnstile.judge(connectionFrom: address, at: now)
        switch verdict {
        case .passes: return true
        case .excessive: counters.excessive += 1
        case .banned: counters.banned += 1
        }
        tellBans()
        return false
    }

    private func turnAway(_ remote: KernelAddress, _ address: NumericAddress, over transport: TransportProtocol) {
        counters.denied += 1
        if door.turnedAway.count < 256, door.turnedAway.insert(address.peer).inserted,
            let name = SIP.SocketAddress(remote)
        {
            diagnose(.denied(name, transport))
        }
    }

    /// Frames were read from a connection: how long it is to be left unread.
    func pace(_ frames: Int, from remote: NumericAddress, by bucket: inout TokenBucket) -> Duration {
        door.turnstile.read(frames, from: remote, by: &bucket, at: NIODeadline.elapsed)
    }

    /// A connection had to be ended for what it did or did not do.
    func broke(_ remote: NumericAddress) {
        door.turnstile.broke(remote, at: NIODeadline.elapsed)
        tellBans()
    }

    /// Connections of those who are no longer let in end at once.
    func restrict(to access: AccessList) {
        door.access = access
        door.turnedAway = []
        guard !access.admitsAll else { return }
        endStreams({ !$0.isAdmitted(by: access) }, .protocolViolation("its address is no longer let in"))
    }

    /// Other limits; those who are connected stay, also beyond them.
    func configure(_ limits: Configuration.Limits, trusted: [AddressRange], allowedOrigins: [String]) {
        configuration.limits = limits
        configuration.trusted = trusted
        configuration.allowedOrigins = allowedOrigins
        door.turnstile.limits = limits
        door.turnstile.trusted = trusted
        allowManyDescriptors()
        tellBans()
    }

    /// A server's connections are descriptors, and the customary soft limit of 1,024 is for programs that use `select`.
    /// Where there are fewer than connections allowed, so many connections are let in as there are: a server without
    /// any could not even refuse.
    func allowManyDescriptors() {
        let places = Descriptors.allow(configuration.limits.connections)
        door.admission.limits = configuration.limits
        door.admission.limits.connections = min(configuration.limits.connections, places)
        guard places != door.places else { return }
        door.places = places
        if places < configuration.limits.connections { diagnose(.fewDescriptors(connections: places)) }
    }

    /// The system has no descriptor or no memory for one more connection. The oldest of those that have said nothing so
    /// far make room: as many as there are too many, since somebody may have lowered the limit as we ran.
    ///
    /// - Returns: how long to take no more; nil to go on.
    func cannotAccept(_ error: IOError) -> TimeAmount? {
        guard let isNews = door.acceptPause.failed(error.errnoCode, at: NIODeadline.elapsed) else { return nil }
        counters.unaccepted += 1
        if isNews { diagnose(.unaccepted(String(cString: strerror(error.errnoCode)))) }
        allowManyDescriptors()
        for _ in 0..<max(1, door.admission.count - door.admission.limits.connections) {
            guard let victim = door.admission.makeRoom() else { break }
            abandon(victim)
        }
        return TimeAmount(AcceptPause.length)
    }

    func counted() -> Counters {
        var counted = counters
        counted.connections = door.admission.count
        counted.halfOpenConnections = door.admission.silentCount
        counted.bansInForce = door.turnstile.banned
        return counted
    }

    // MARK: - Bans

    private func tellBans() {
        let notices = door.turnstile.takeNotices()
        guard !notices.isEmpty else { return }
        for notice in notices {
            switch notice {
            case .banned(let ban):
                counters.bans += 1
                diagnose(.banned(source: ban.source.name, seconds: configuration.limits.ban, why: why(ban)))
            case .lifted(let ban): diagnose(.unbanned(source: ban.source.name, turnedAway: ban.turnedAway))
            }
        }
        awaitEnd()
    }

    private func why(_ ban: Turnstile.Ban) -> String {
        let limits = configuration.limits
        return switch (ban.reason, ban.source.port) {
        case (.datagrams, nil): "more than \(limits.messagesPerSecondPerAddress) datagrams a second"
        case (.datagrams, _?): "more than \(limits.messagesPerSecond) datagrams a second from this port"
        case (.connections, _): "more than \(limits.connectionsPerSecond) connections a second, or useless ones"
        }
    }

    private func awaitEnd() {
        door.nextEnd?.cancel()
        door.nextEnd = nil
        guard !isShutDown, let end = door.turnstile.nextEnd else { return }
        let pause = TimeAmount(max(.zero, end - NIODeadline.elapsed))
        door.nextEnd = loop.assumeIsolated().scheduleTask(in: pause) {
            self.door.turnstile.advance(to: NIODeadline.elapsed)
            self.tellBans()
            self.awaitEnd()
        }
    }
}

extension Turnstile.Source {
    /// As people write it: `192.0.2.1`, `192.0.2.1:5060`, `2001:db8::/64`.
    var name: String {
        let octets = (0..<(address.isIPv4 ? 4 : 16)).reversed().map {
            UInt8(truncatingIfNeeded: address.bits >> ($0 * 8))
        }
        guard let kernel = try? KernelAddress(packedIPAddress: ByteBuffer(bytes: octets), port: Int(port ?? 0)),
            let readable = SIP.SocketAddress(kernel)
        else { return "an address" }
        let host = address.isIPv4 ? readable.host : readable.host + "/64"
        return port.map { address.isIPv4 ? "\(host):\($0)" : "\(host), port \($0)" } ?? host
    }
}
