import Testing

@testable import Webphone

@Suite("Presence documents")
struct PresenceDocumentTests {
    static let open = "<?xml version='1.0' encoding='UTF-8'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='x'>"

    static func fault(_ text: String) -> PresenceDocument.Fault? {
        do throws(PresenceDocument.Fault) {
            _ = try PresenceDocument(parsing: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test("the document of our exchange gives number, name and state of each client")
    func tuples() throws {
        let text =
            Self.open
                + """
                <tuple id='n1007'><status><basic>open</basic></status><contact>sip:1007@exchange.local</contact>\
                <note>Tom &amp; &lt;Jerry&gt;</note></tuple>
                <tuple id='n1008'><status><basic> closed </basic></status><contact> sip:1008@h </contact></tuple></presence>
                """
        let document = try PresenceDocument(parsing: Array(text.utf8))
        #expect(
            document.tuples == [
                .init(isOpen: true, contact: "sip:1007@exchange.local", note: "Tom & <Jerry>"),
                .init(isOpen: false, contact: "sip:1008@h", note: ""),
            ])
    }

    @Test("prefixes make no difference, elements of other namespaces are passed over, the first note counts")
    func namespaces() throws {
        let text = """
            <p:presence xmlns:p='urn:ietf:params:xml:ns:pidf' xmlns:r='urn:ietf:params:xml:ns:pidf:rpid'>
            <r:tuple><p:contact>sip:9@h</p:contact></r:tuple><p:note>a note on all</p:note>
            <p:tuple id='a'><p:status><p:basic>open</p:basic><r:note>away</r:note></p:status>
            <p:contact priority='1.0'>sip:1@h</p:contact><p:note>one</p:note><p:note>two</p:note></p:tuple></p:presence>
            """
        let document = try PresenceDocument(parsing: Array(text.utf8))
        #expect(document.tuples == [.init(isOpen: true, contact: "sip:1@h", note: "one")])
    }

    @Test("entities cannot be declared, so none can expand without end")
    func entities() {
        let laughs = """
            <!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
            <presence xmlns='urn:ietf:params:xml:ns:pidf'><tuple><note>&b;</note></tuple></presence>
            """
        #expect(Self.fault(laughs) == .documentType)
        let external = "<!DOCTYPE p SYSTEM 'file:///etc/passwd'><presence xmlns='urn:ietf:params:xml:ns:pidf'/>"
        #expect(Self.fault(external) == .documentType)
    }

    @Test("size, depth and number of tuples are bounded, and text is cut")
    func bounds() throws {
        #expect(Self.fault(Self.open + String(repeating: " ", count: 65_536)) == .tooLong)
        #expect(Self.fault(Self.open + String(repeating: "<a>", count: 16)) == .tooDeep)
        #expect(Self.fault(Self.open + String(repeating: "<tuple/>", count: 1_001) + "</presence>") == .tooManyTuples)
        let text = Self.open + "<tuple><note>" + String(repeating: "x", count: 9_000) + "</note></tuple></presence>"
        #expect(try PresenceDocument(parsing: Array(text.utf8)).tuples[0].note.count == 1_024)
    }

    @Test(
        "what is no presence document is refused",
        arguments: [
            ("", .malformed(line: 1)), ("<presence", .malformed(line: 1)), ("<presence/>", .notPresence),
            ("<html xmlns='urn:ietf:params:xml:ns:pidf'/>", .notPresence), (open, .malformed(line: 1)),
            (open + "\n</other>", .malformed(line: 2)), (open + "\u{1}</presence>", .malformed(line: 1)),
        ] as [(String, PresenceDocument.Fault)])
    func refused(text: String, fault: PresenceDocument.Fault) {
        #expect(Self.fault(text) == fault)
    }

    @Test("a document cut anywhere is refused, never half believed")
    func cut() {
        let bytes = Array((Self.open + "<tuple><status><basic>open</basic></status></tuple></presence>").utf8)
        for length in 0..<bytes.count {
            #expect(throws: PresenceDocument.Fault.self) { try PresenceDocument(parsing: Array(bytes[..<length])) }
        }
    }

    @Test("bytes that are no UTF-8 are refused, whatever encoding is declared")
    func encoding() {
        var bytes = Array("<?xml version='1.0' encoding='ISO-8859-1'?>".utf8)
        bytes += Array("<presence xmlns='urn:ietf:params:xml:ns:pidf'><note>".utf8) + [0xE9, 0x28]
        bytes += Array("</note></presence>".utf8)
        #expect(throws: PresenceDocument.Fault.malformed(line: 1)) { try PresenceDocument(parsing: bytes) }
    }
}
