extension String {
    /// As a quoted string, backslashes and quotes escaped (RFC 3261 §25.1). Control characters stay as they are, and
    /// make serialising throw.
    var quoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    /// Every octet outside `set` as `%HH`.
    ///
    /// - Parameter keepingEscapes: whether a whole `%HH` that is already there stays as it is.
    func escaped(except set: OctetSet, keepingEscapes: Bool = false) -> String {
        if utf8.allSatisfy({ set.contains($0) }) { return self }
        let bytes = Array(utf8)
        var result: [UInt8] = []
        for (offset, octet) in bytes.enumerated() {
            if set.contains(octet) || keepingEscapes && bytes.span.isEscape(at: offset, before: bytes.count) {
                result.append(octet)
            } else {
                result.append(UInt8(ascii: "%"))
                result.append(UInt8.hexDigits[Int(octet &>> 4)])
                result.append(UInt8.hexDigits[Int(octet & 15)])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Every `%HH` as the octet it stands for.
    var unescaped: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        let bytes = Array(utf8)
        var result: [UInt8] = []
        var offset = 0
        while offset < bytes.count {
            let octet = bytes.span.escapedOctet(at: offset)
            result.append(octet ?? bytes[offset])
            offset &+= octet == nil ? 1 : 3
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// With those `%HH` decoded that stand for an unreserved character, and the others in upper case: two spellings
    /// that RFC 3261 §19.1.4 calls equivalent become one.
    var normalizedEscapes: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        let bytes = Array(utf8)
        var result: [UInt8] = []
        var offset = 0
        while offset < bytes.count {
            guard let octet = bytes.span.escapedOctet(at: offset) else {
                result.append(bytes[offset])
                offset &+= 1
                continue
            }
            if OctetSet.unreserved.contains(octet) {
                result.append(octet)
            } else {
                result.append(UInt8(ascii: "%"))
                result.append(UInt8.hexDigits[Int(octet &>> 4)])
                result.append(UInt8.hexDigits[Int(octet & 15)])
            }
            offset &+= 3
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension UInt8 {
    static let hexDigits = Array("0123456789ABCDEF".utf8)
}

extension Span where Element == UInt8 {
    /// What the whole `%HH` at `offset` stands for.
    func escapedOctet(at offset: Int) -> UInt8? {
        guard isEscape(at: offset, before: count), let high = self[offset &+ 1].hexDigit,
            let low = self[offset &+ 2].hexDigit
        else { return nil }
        return high &<< 4 | low
    }
}
