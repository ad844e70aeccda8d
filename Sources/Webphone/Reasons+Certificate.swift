import SIP

/// What is wrong with a server's certificate, in words for people.
extension Reasons {
    /// Why nothing was said to a server.
    package static func untrusted(_ certificate: ServerCertificate) -> String {
        let domain = RemoteText.name(certificate.domain, number: "?")
        return (["The server cannot prove that it is \(domain)."] + faults(of: certificate)).joined(separator: " ")
    }

    /// A sentence for each fault.
    package static func faults(of certificate: ServerCertificate) -> [String] {
        certificate.faults.map { fault in
            switch fault {
            case .wrongName:
                "Its certificate is for \(names(of: certificate)), not for "
                    + "\(RemoteText.name(certificate.domain, number: "?"))."
            case .selfSigned: "Its certificate vouches for itself, and nobody else does."
            case .unknownIssuer(let issuer):
                "Nobody whom this machine trusts vouches for its certificate; the issuer calls itself "
                    + "\(RemoteText.name(issuer, number: "nothing"))."
            case .expired: "Its certificate expired on \(day(certificate.validity.upperBound))."
            case .notYetValid:
                "Its certificate is not good before \(day(certificate.validity.lowerBound)), or the clock of this "
                    + "machine is slow."
            case .changed: "It shows another certificate than the one that you accepted."
            }
        }
    }

    private static func names(of certificate: ServerCertificate) -> String {
        let names = certificate.names.map { RemoteText.name($0, number: "?") }
        return names.isEmpty ? "nobody" : names.joined(separator: ", ")
    }

    /// The date in UTC, `2026-11-22`.
    ///
    /// - Parameter seconds: since 1970; a certificate may say what it likes.
    private static func day(_ seconds: Int64) -> String {
        let seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)  // the years 1 to 9999
        // Days since 1 March of the year 0, in cycles of 400 years (H. Hinnant, "chrono-compatible date algorithms").
        let days = (seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400) + 719_468
        let cycle = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfCycle = days - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let month = (5 * dayOfYear + 2) / 153
        let date = (
            year: yearOfCycle + cycle * 400 + (month < 10 ? 0 : 1), month: month < 10 ? month + 3 : month - 9,
            day: dayOfYear - (153 * month + 2) / 5 + 1
        )
        return "\(date.year)-\(padded(date.month))-\(padded(date.day))"
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
