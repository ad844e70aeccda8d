/// The proxies that a dialog's requests pass, first one first (RFC 3261 §12.1).
public struct RouteSet: Hashable, Sendable {
    /// The entries as they came in Record-Route, in the order in which this end visits them.
    public let routes: [NameAddress]

    /// A route set of no proxy, or of these.
    public init(_ routes: [NameAddress] = []) {
        self.routes = routes
    }

    /// The end that answered visits them in the order they recorded themselves in (§12.1.1).
    init(recordedBy request: Request) {
        routes = request.recordRoutes
    }

    /// The end that asked visits them in reverse (§12.1.2).
    init(recordedBy response: Response) {
        routes = response.recordRoutes.reversed()
    }

    /// Where a request starts and what its Route holds (§12.2.1.1).
    ///
    /// A loose router (`lr`) leaves the Request-URI alone, so that is the target from the start. A strict router of
    /// RFC 2543 expects its own address there, and the target at the end of Route.
    func path(to target: URI) -> (requestURI: URI, routes: [NameAddress]) {
        guard let first = routes.first else { return (target.asRequestURI, []) }
        if first.uri.parameters.contains("lr") { return (target.asRequestURI, routes) }
        return (first.uri.asRequestURI, routes.dropFirst() + [NameAddress(target)])
    }
}

extension URI {
    /// Without what a Request-URI may not have: a method parameter and headers (§19.1.1, table 1).
    package var asRequestURI: URI {
        var uri = self
        uri.parameters.remove("method")
        uri.query = nil
        return uri
    }
}
