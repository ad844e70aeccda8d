import Testing

@testable import SIP

@Suite("Answers of DNS, from whoever sent them")
struct DNSAnswers {
    static let name = "_sips._tcp.pbx.example"
    static let question = DNSQuestion(name, .srv)
    static let good = DNSWriter(
        name, 33, [DNSWriter.srv(1, 2, 5061, "One.pbx.example"), DNSWriter.srv(3, 4, 5062, "two.pbx.example")])

    static func service(_ target: String, _ port: UInt16 = 5061) -> DNSRecord {
        .service(DNSRecord.Service(priority: 1, weight: 2, port: port, target: target))
    }

    func fault(_ bytes: [UInt8], _ question: DNSQuestion = question) -> DNSAnswer.Fault? {
        do throws(DNSAnswer.Fault) {
            _ = try DNSAnswer(bytes, to: question)
            return nil
        } catch {
            return error
        }
    }

    @Test("SRV records are read in their order, names in small letters")
    func services() throws {
        #expect(
            try DNSAnswer(Self.good.bytes, to: Self.question).records == [
                Self.service("one.pbx.example"),
                .service(DNSRecord.Service(priority: 3, weight: 4, port: 5062, target: "two.pbx.example")),
            ])
    }

    @Test("NAPTR records are read with flags and service in small letters")
    func pointers() throws {
        let answer = DNSWriter(
            "pbx.example", 35,
            [
                DNSWriter.naptr(10, 20, "S", "SIPS+D2T", "_sips._tcp.pbx.example"),
                DNSWriter.naptr(10, 30, "u", "E2U+sip", "", expression: "!^.*$!sip:x@y!"),
            ])
        #expect(
            try DNSAnswer(answer.bytes, to: DNSQuestion("PBX.example", .naptr)).records == [
                .pointer(.init(order: 10, preference: 20, service: "sips+d2t", replacement: "_sips._tcp.pbx.example")),
                .pointer(
                    .init(
                        order: 10, preference: 30, flags: "u", service: "e2u+sip", isRewriting: true, replacement: "")),
            ])
    }

    @Test("an alias is followed to the name that has the records, and records of other names are nobody's business")
    func alias() throws {
        var answer = DNSWriter(Self.name, 33, answers: 4)
        answer.record("other.example", 33, DNSWriter.srv(0, 0, 1, "evil.example"))
        answer.record("b.example", 33, DNSWriter.srv(1, 2, 5061, "one.pbx.example"))
        answer.record(Self.name, 5, DNSWriter.name("a.example"))
        answer.record("a.example", 5, DNSWriter.name("b.example"))
        #expect(try DNSAnswer(answer.bytes, to: Self.question).records == [Self.service("one.pbx.example")])
    }

    @Test("aliases in a circle, and a chain that does not end, lead nowhere")
    func circle() throws {
        var answer = DNSWriter(Self.name, 33, answers: 3)
        answer.record(Self.name, 5, DNSWriter.name("a.example"))
        answer.record("a.example", 5, DNSWriter.name(Self.name))
        answer.record("b.example", 33, DNSWriter.srv(1, 2, 5061, "one.pbx.example"))
        #expect(try DNSAnswer(answer.bytes, to: Self.question).records == [])
        var chain = DNSWriter(Self.name, 33, answers: 21)
        chain.record(Self.name, 5, DNSWriter.name("0.example"))
        for link in 0..<19 { chain.record("\(link).example", 5, DNSWriter.name("\(link + 1).example")) }
        chain.record("19.example", 33, DNSWriter.srv(1, 2, 5061, "one.pbx.example"))
        #expect(try DNSAnswer(chain.bytes, to: Self.question).records == [])
    }

    @Test("names may point back, also from within a record")
    func compression() throws {
        var answer = DNSWriter(Self.name, 33, answers: 1)
        // Offset 12 is the question's name, and 23 its part `pbx.example`.
        answer.record(owner: [0xC0, 12], 33, DNSWriter.srv(1, 2, 5061, [3] + Array("one".utf8) + [0xC0, 23]))
        #expect(try DNSAnswer(answer.bytes, to: Self.question).records == [Self.service("one.pbx.example")])
    }

    @Test(
        "a name that points to itself, forward or in a circle is refused",
        arguments: [[0xC0, 40], [0xC0, 58], [0xC0, 200], [0xFF, 0xFF], [1, 0x61, 0xC0, 58], [0xC0]] as [[UInt8]])
    func badPointers(target: [UInt8]) {
        var answer = DNSWriter(Self.name, 33, answers: 1)
        answer.record(owner: [0xC0, 12], 33, DNSWriter.srv(1, 2, 5061, target))
        // 40 is the record's own name, 58 the target's first octet.
        #expect(answer.bytes.count == 58 + target.count)
        let isOwner = target == [0xC0, 40]
        #expect(fault(answer.bytes) == (isOwner ? nil : .malformed))
    }

    @Test("labels and names that are too long are refused")
    func tooLong() {
        let label = [UInt8](repeating: 0x61, count: 63)
        for (count, isGood) in [(3, true), (4, false)] {
            let target: [UInt8] = Array(repeatElement([63] + label, count: count).joined()) + [0]
            let answer = DNSWriter(Self.name, 33, [DNSWriter.srv(1, 2, 5061, target)])
            #expect((fault(answer.bytes) == nil) == isGood)
        }
        let long = DNSWriter(Self.name, 33, [DNSWriter.srv(1, 2, 5061, [64] + label + [0x61, 0])])
        #expect(fault(long.bytes) == .malformed)
    }

    @Test("a target that is no host name is left out", arguments: ["a b.example", "a\u{1B}[2J", "x\u{0}y", "a/b", "é"])
    func strangeNames(target: String) throws {
        let answer = DNSWriter(
            Self.name, 33, [DNSWriter.srv(0, 0, 1, target), DNSWriter.srv(1, 2, 5061, "one.example")])
        #expect(try DNSAnswer(answer.bytes, to: Self.question).records == [Self.service("one.example")])
        var dotted = DNSWriter(Self.name, 33, answers: 1)
        dotted.record(Self.name, 33, DNSWriter.srv(1, 2, 5061, [3, 0x61, 0x2E, 0x62, 0]))
        #expect(try DNSAnswer(dotted.bytes, to: Self.question).records == [])
    }

    @Test("the root as target stays: it says that there is no such service")
    func root() throws {
        let answer = DNSWriter(Self.name, 33, [DNSWriter.srv(1, 2, 5061, "")])
        #expect(try DNSAnswer(answer.bytes, to: Self.question).records == [Self.service("")])
    }

    @Test("an answer cut at any byte is refused or shorter, and never more than it was")
    func everyCut() {
        for length in 0..<Self.good.bytes.count {
            #expect(fault(Array(Self.good.bytes.prefix(length))) == .malformed)
        }
    }

    @Test("any byte changed: read or refused, and the program lives")
    func everyByte() {
        for place in Self.good.bytes.indices {
            for value in [0, 1, 0x3F, 0x40, 0x7F, 0xC0, 0xFF] as [UInt8] {
                var bytes = Self.good.bytes
                bytes[place] = value
                let records = (try? DNSAnswer(bytes, to: Self.question))?.records ?? []
                #expect(records.count <= 2)
            }
        }
    }

    @Test("a length that leaves octets over, or takes those of the next record, is refused")
    func wrongLength() {
        for length in [6, 16, 60, 0xFFFF] {
            var answer = DNSWriter(Self.name, 33, answers: 2)
            let data = DNSWriter.srv(1, 2, 5061, "a.example")
            #expect(data.count == 17)
            answer.record(owner: DNSWriter.name(Self.name), 33, data, length: length)
            answer.record(Self.name, 33, data)
            #expect(fault(answer.bytes) == .malformed, "\(length)")
        }
    }

    @Test(
        "what is no answer to this question is not taken for one",
        arguments: [
            (0x0100, .stray), (0x8380, .truncated), (0x8182, .refused), (0x8185, .refused), (0x8183, nil),
        ] as [(UInt16, DNSAnswer.Fault?)])
    func flags(flags: UInt16, fault: DNSAnswer.Fault?) {
        let answer = DNSWriter(Self.name, 33, flags: flags, answers: 0)
        #expect(self.fault(answer.bytes) == fault)
    }

    @Test("an answer about another name, or another kind, is stray")
    func stray() {
        #expect(fault(DNSWriter("evil.example", 33, answers: 0).bytes) == .stray)
        #expect(fault(DNSWriter(Self.name, 35, answers: 0).bytes) == .stray)
    }

    @Test("a thousand records: the first 64 count")
    func many() throws {
        let records = (0..<1_000).map { DNSWriter.srv(1, 2, UInt16($0 + 1), "a.example") }
        let answer = try DNSAnswer(DNSWriter(Self.name, 33, records).bytes, to: Self.question)
        #expect(answer.records.count == DNSAnswer.longest)
    }
}
