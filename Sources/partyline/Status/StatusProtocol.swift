/// What is said on a status socket: one line each way, and the report behind the exchange's.
enum StatusProtocol {
    enum Form: String, Equatable {
        case table, json
    }

    /// What the exchange says first.
    enum Answer: Equatable {
        /// The report.
        case report(String)
        /// It speaks another language; the version it names.
        case differs(version: String)
        /// The status is not for whoever asked.
        case denied
        case garbage
    }

    /// Of the language, not of the program.
    private static let number = 1
    private static let name = "partyline-status"
    static let longestQuestion = 64
    static let longestAnswer = 64 << 20

    static func question(_ form: Form) -> String { "\(name) \(number) \(form.rawValue)\n" }

    /// Nil for a question of another language, which is answered all the same.
    static func form(of question: String) -> Form? {
        Form.allCases.first { question == self.question($0) }
    }

    static func answer(_ report: String?, version: String) -> String {
        "\(name) \(report == nil ? 0 : number) \(version)\n\(report ?? "")"
    }

    static let denial = "\(name) denied\n"

    static func read(_ answer: String) -> Answer {
        guard let end = answer.firstIndex(of: "\n") else { return .garbage }
        let words = answer[..<end].split(separator: " ", omittingEmptySubsequences: false)
        guard words.first.map(String.init) == name else { return .garbage }
        if words.count == 2, words[1] == "denied" { return .denied }
        guard words.count == 3 else { return .garbage }
        return words[1] == "\(number)"
            ? .report(String(answer[answer.index(after: end)...])) : .differs(version: String(words[2]))
    }
}

extension StatusProtocol.Form: CaseIterable {}
