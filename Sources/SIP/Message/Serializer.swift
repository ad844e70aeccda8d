extension Message {
    /// The octets to send. Fields keep their order and, where they were parsed, their spelling; folds become spaces;
    /// Content-Length comes last and is always that of the body.
    ///
    /// - Throws: `SerializationError` when a field, the start line or the size would break the message: a value with
    ///   CR or LF in it never becomes a line.
    public func serialized() throws(SerializationError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(headers.buffer.count &+ body.count &+ 64)
        try writeStartLine(to: &output)
        try headers.write(to: &output)
        output.append(contentsOf: "Content-Length: \(body.count)\r\n\r\n".utf8)
        output.append(contentsOf: body)
        guard output.count <= Limits.messageSize else { throw .messageTooLarge(output.count) }
        return output
    }

    private func writeStartLine(to output: inout [UInt8]) throws(SerializationError) {
        switch self {
        case .request(let request):
            let method = request.method.rawValue.utf8
            let uri = request.uri.description.utf8
            guard !method.isEmpty, method.allSatisfy({ OctetSet.token.contains($0) }),
                uri.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { throw .malformedStartLine }
            output.append(contentsOf: method)
            output.append(0x20)
            output.append(contentsOf: uri)
            output.append(contentsOf: " SIP/2.0\r\n".utf8)
        case .response(let response):
            guard (100...699).contains(response.status) else { throw .malformedStatus(response.status) }
            guard response.reason.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .malformedStartLine
            }
            output.append(contentsOf: "SIP/2.0 \(response.status) ".utf8)
            output.append(contentsOf: response.reason.utf8)
            output.append(0x0D)
            output.append(0x0A)
        }
    }
}

extension Request {
    /// As `Message.serialized()`.
    public func serialized() throws(SerializationError) -> [UInt8] { try Message.request(self).serialized() }
}

extension Response {
    /// As `Message.serialized()`.
    public func serialized() throws(SerializationError) -> [UInt8] { try Message.response(self).serialized() }
}

extension Headers {
    func write(to output: inout [UInt8]) throws(SerializationError) {
        let bytes = buffer.span
        for field in fields where field.known != .contentLength {
            if field.nameLength == 0, let known = field.known {
                output.append(contentsOf: known.name.utf8)
            } else {
                guard field.nameLength > 0,
                    bytes.end(of: .token, from: field.name.lowerBound, before: field.name.upperBound)
                        == field.name.upperBound
                else {
                    throw .malformedHeaderName(bytes.verbatimText(field.name))
                }
                output.append(contentsOf: buffer[field.name])
            }
            output.append(UInt8(ascii: ":"))
            output.append(0x20)
            if field.isVerified {
                if bytes.firstOffset(of: 0x0D, in: field.value) == nil {
                    output.append(contentsOf: buffer[field.value])
                } else {
                    output.append(contentsOf: bytes.unfolded(field.value))
                }
            } else {
                guard bytes.isWritable(field.value) else { throw .controlCharacter(in: name(of: field)) }
                output.append(contentsOf: buffer[field.value])
            }
            output.append(0x0D)
            output.append(0x0A)
        }
    }
}
