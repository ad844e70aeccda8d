import SIP

/// Another configuration while the exchange runs. Calls and registrations that still have a place in it go on.
extension Exchange {
    mutating func configure(_ wanted: Configuration) {
        var next = wanted
        // Clients go on speaking of themselves in the old domain until they register anew.
        formerDomains.insert(configuration.domain.lowercased())
        next.aliases.formUnion(formerDomains)
        let former = configuration
        configuration = next
        throttle.limits = next.limits
        layer.limits = next.transactionLimits
        if former.domain != next.domain || former.limits.nonces != next.limits.nonces {
            digest = Self.digest(for: next, identifiers: &identifiers)
        }
        replaceEchoTest(after: former)
        let outcome = registrar.configure(next, resident: echoTest?.client)
        for client in outcome.dismissed { dismiss(client) }
        for line in outcome.closedLines { endSubscriptions(on: line) }
        for line in outcome.changedLines where !outcome.closedLines.contains(line) { lineChanged(line) }
        effects.append(.report(.configured(lines: next.lines.count, extensions: registrar.extensions.count)))
    }

    static func digest(for configuration: Configuration, identifiers: inout Identifiers) -> DigestServer {
        DigestServer(
            realm: configuration.domain, lifetime: Timing.nonceLifetime, memory: configuration.limits.nonces,
            identifiers: &identifiers)
    }

    /// Chats with an Echo test that goes, or is another one now, end; the exchange is still the old one while they do.
    private mutating func replaceEchoTest(after former: Configuration) {
        let isSame =
            former.echoTest == configuration.echoTest && former.echoTestName == configuration.echoTestName
            && former.domain == configuration.domain && former.codecs == configuration.codecs
        if isSame {
            echoTest?.limits = configuration.limits
        } else {
            performEcho { $0.hangUpAll() }
            echoTest = configuration.echoTest.flatMap {
                EchoTest($0, configuration: configuration, identifiers: identifiers.split())
            }
        }
    }

    /// The client is told that its lists are over and, over a connection on which nobody else is registered, that it
    /// ends: it comes back to ask, and hears why it may not stay.
    private mutating func dismiss(_ client: Registrar.Client) {
        throttle.forget(client.number)
        leave(client, .dismissed)
        if client.flow.transport.isReliable, !registrar.knows(client.flow) { effects.append(.close(client.flow)) }
    }
}
