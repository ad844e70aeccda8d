import Foundation

/// SIP messages whose descriptions of audio are changed under way, as some boxes between do.
struct Description {
    /// Where the sender of the message wants its audio; nil where it wants none.
    private(set) var port: UInt16?
    private(set) var message: [UInt8]

    /// - Parameters:
    ///   - port: where the audio is to go instead, on 127.0.0.1.
    ///   - formats: the only payload numbers that are left of an offer; nil leaves all.
    init(_ message: [UInt8], port: UInt16, formats: [String]?) {
        self.message = message
        let text = String(decoding: message, as: UTF8.self)
        guard text.lowercased().contains("application/sdp"), let gap = text.range(of: "\r\n\r\n") else { return }
        var lines: [String] = []
        for line in text[gap.upperBound...].components(separatedBy: "\r\n") where !line.hasPrefix("a=rtcp:") {
            var fields = line.components(separatedBy: " ")
            if fields[0] == "m=audio", fields.count > 3, let wanted = UInt16(fields[1]), wanted > 9 {
                self.port = wanted
                fields[1] = String(port)
                let kept = formats.map { formats in fields[3...].filter { formats.contains($0) } } ?? []
                if !kept.isEmpty { fields[3...] = kept[...] }
            } else if fields[0] == "c=IN", fields.count == 3, fields[2] != "0.0.0.0" {
                fields[2] = "127.0.0.1"
            }
            lines.append(fields.joined(separator: " "))
        }
        guard self.port != nil else { return }
        let body = lines.joined(separator: "\r\n")
        let head = text[..<gap.lowerBound].components(separatedBy: "\r\n").map { line in
            let name = line.prefix { $0 != ":" }.lowercased()
            return name == "content-length" || name == "l" ? "Content-Length: \(body.utf8.count)" : line
        }
        self.message = Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}
