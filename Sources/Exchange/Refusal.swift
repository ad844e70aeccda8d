import SIP

/// A final response of the exchange's own that says no, before it has the fields of the request it answers.
struct Refusal: Error, Equatable {
    var status: Int
    var reason: String?
    var fields: [Field]
    /// The limit that was hit, for whoever counts.
    var limit: Exchange.Limit?

    struct Field: Equatable {
        var name: HeaderName
        var value: String
    }

    init(_ status: Int, _ reason: String? = nil, _ name: HeaderName? = nil, _ value: String = "") {
        self.status = status
        self.reason = reason
        fields = name.map { [Field(name: $0, value: value)] } ?? []
    }

    /// There is no room for it.
    init(_ status: Int, _ reason: String? = nil, beyond limit: Exchange.Limit, retryAfter: Int? = nil) {
        self.init(status, reason, retryAfter.map { _ in .retryAfter }, retryAfter.map { String($0) } ?? "")
        self.limit = limit
    }

    func response(to request: Request, tag: String) -> Response {
        var response = Response(status, reason, to: request, toTag: tag)
        for field in fields { response.headers.append(field.name, field.value) }
        return response
    }
}
