import SIP
import Testing

/// RFC 4475 §3.1.1: unusual, and right.
@Suite("RFC 4475 3.1.1: valid messages are read")
struct ValidMessages {
    @Test("3.1.1.1 wsinv: folds, blanks, compact forms and lists everywhere") func shortTortuousInvite() throws {
        let body = """
            v=0
            o=mhandley 29739 7272939 IN IP4 192.0.2.3
            s=-
            c=IN IP4 192.0.2.4
            t=0 0
            m=audio 49217 RTP/AVP 0 12
            m=video 3227 RTP/AVP 31
            a=rtpmap:31 LPC
            """
        let bytes = Octets.message(
            #"""
            INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
            TO :
             sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
            from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
              ;
              tag = 98asjd8
            MaX-fOrWaRdS: 0068
            Call-ID: wsinv.ndaksdj@192.0.2.1
            Content-Length   : 150
            cseq: 0009
              INVITE
            Via  : SIP  /   2.0
             /UDP
                192.0.2.2;branch=390skdjuw
            s :
            NewFangledHeader:   newfangled value
             continued newfangled value
            UnknownHeaderWithUnusualValue: ;;,,;;,;
            Content-Type: application/sdp
            Route:
             <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
            v:  SIP  / 2.0  / TCP     spindle.example.com   ;
              branch  =   z9hG4bK9ikj8  ,
             SIP  /    2.0   / UDP  192.168.255.111   ; branch=
             z9hG4bK30239
            m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
                  newvalue ;
              secondparam ; q = 0.33
            """#, body: body)
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.method == .invite)
        #expect(request.uri.user == "vivekg")
        #expect(request.uri.parameters.contains("unknownparam"))
        #expect(request.to?.tag == "1918181833n")
        #expect(request.from?.displayName == #"J Rosenberg \""#)
        #expect(request.from?.tag == "98asjd8")
        #expect(request.maxForwards == 68)
        #expect(request.callID == "wsinv.ndaksdj@192.0.2.1")
        #expect(request.cseq == CSeq(9, .invite))
        #expect(request.vias.map(\.host) == ["192.0.2.2", "spindle.example.com", "192.168.255.111"])
        #expect(request.vias.map(\.transport) == ["UDP", "TCP", "UDP"])
        #expect(request.vias.map(\.branch) == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"])
        #expect(request.headers[.subject] == "")
        #expect(request.headers["newfangledheader"] == "newfangled value continued newfangled value")
        #expect(request.headers["UnknownHeaderWithUnusualValue"] == ";;,,;;,;")
        #expect(request.routes.first?.uri.parameters.contains("lr") == true)
        #expect(request.routes.first?.uri.parameters["unknownwith"] == "value")
        #expect(request.contact?.displayName == #"Quoted string """#)
        #expect(request.contact?.parameters["newparam"] == "newvalue")
        #expect(request.contact?.parameters.contains("secondparam") == true)
        #expect(request.contact?.parameters["q"] == "0.33")
        #expect(request.body.count == 150)
        #expect(try Message.parse(request.serialized()) == .request(request))
    }

    @Test("3.1.1.2 intmeth: every character that the grammar allows") func wideRangeOfCharacters() throws {
        let bytes = Octets.head(
            """
            !interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*\
            :&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0
            Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~
            To: "BEL:\\\u{07} NUL:\\\0 DEL:\\\u{7F}" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>
            From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>\
            ;fromParam''~+*_!.-%="работающий";tag=_token~1'+`*%!-.
            Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/"][?}{
            CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~
            Max-Forwards: 255
            extensionHeader-!.%*+_`'~:\u{FEFF}大停電
            Content-Length: 0
            """)
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.method == .other("!interesting-Method0123456789_*+`.%indeed'~"))
        #expect(request.uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
        #expect(request.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
        #expect(request.topVia?.branch == "z9hG4bK-.!%66*_+`'~")
        #expect(request.to?.displayName == "BEL:\u{07} NUL:\0 DEL:\u{7F}")
        #expect(request.from?.displayName == "token1~` token2'+_ token3*%!.-")
        #expect(request.from?.tag == "_token~1'+`*%!-.")
        #expect(request.from?.parameters["fromParam''~+*_!.-%"] == "работающий")
        #expect(request.callID == #"intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{"#)
        #expect(request.cseq?.method == request.method)
        #expect(request.maxForwards == 255)
        #expect(request.headers["extensionHeader-!.%*+_`'~"] == "\u{FEFF}大停電")
        #expect(try Message.parse(request.serialized()) == .request(request))
    }

    @Test("3.1.1.3 esc01: an escaped URI is another spelling of the same user") func escapedCharacters() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0
                    To: sip:%75se%72@example.com
                    From: <sip:I%20have%20spaces@example.net>;tag=938
                    Max-Forwards: 87
                    i: esc01.239409asdfakjkn23onasd0-3234
                    CSeq: 234234 INVITE
                    Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw
                    C: application/sdp
                    Contact:
                      <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>
                    Content-Length: 0
                    """)
            ).asRequest)
        #expect(request.uri.user == "sips:user@example.com")
        #expect(request.uri.host == "example.net")
        #expect(request.uri.description == "sip:sips%3Auser%40example.com@example.net")
        #expect(try request.to?.uri.isEquivalent(to: URI(parsing: "sip:user@example.com")) == true)
        #expect(request.from?.uri.user == "I have spaces")
        let contact = try URI(parsing: "sip:caller@host5.example.net;lr;name=value%25%34%31")
        #expect(request.contact?.uri.isEquivalent(to: contact) == true)
        let decodedTwice = try URI(parsing: "sip:caller@host5.example.net;lr;name=valueA")
        #expect(request.contact?.uri.isEquivalent(to: decodedTwice) == false)
    }

    @Test("3.1.1.4 escnull: an escaped NUL is a character like any other") func escapedNull() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    REGISTER sip:example.com SIP/2.0
                    To: sip:null-%00-null@example.com
                    From: sip:null-%00-null@example.com;tag=839923423
                    Max-Forwards: 70
                    Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd
                    CSeq: 14398234 REGISTER
                    Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
                    Contact: <sip:%00@host5.example.com>
                    Contact: <sip:%00%00@host5.example.com>
                    L:0
                    """)
            ).asRequest)
        #expect(request.to?.uri.user == "null-\0-null")
        #expect(request.contacts.map(\.uri.user) == ["\0", "\0\0"])
        #expect(request.contacts[0].uri.isEquivalent(to: request.contacts[1].uri) == false)
        #expect(request.contacts[1].description == "<sip:%00%00@host5.example.com>")
    }

    @Test("3.1.1.5 esc02: a percent sign in a method or a name escapes nothing") func percentThatIsNoEscape() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    RE%47IST%45R sip:registrar.example.com SIP/2.0
                    To: "%Z%45" <sip:resource@example.com>
                    From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23
                    Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf
                    Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234
                    CSeq: 29344 RE%47IST%45R
                    Max-Forwards: 70
                    Contact: <sip:alias1@host1.example.com>
                    C%6Fntact: <sip:alias2@host2.example.com>
                    Contact: <sip:alias3@host3.example.com>
                    l: 0
                    """)
            ).asRequest)
        #expect(request.method == .other("RE%47IST%45R"))
        #expect(request.to?.displayName == "%Z%45")
        #expect(request.topVia?.branch == "z9hG4bK209%fzsnel234")
        #expect(request.contacts.map(\.uri.user) == ["alias1", "alias3"])
        #expect(request.headers["C%6Fntact"] == "<sip:alias2@host2.example.com>")
    }

    @Test("3.1.1.6 lwsdisp: no blank between display name and bracket") func noBlankBeforeBracket() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    OPTIONS sip:user@example.com SIP/2.0
                    To: sip:user@example.com
                    From: caller<sip:caller@example.com>;tag=323
                    Max-Forwards: 70
                    Call-ID: lwsdisp.1234abcd@funky.example.com
                    CSeq: 60 OPTIONS
                    Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw
                    l: 0
                    """)
            ).asRequest)
        #expect(request.from?.displayName == "caller")
        #expect(request.from?.uri.user == "caller")
        #expect(request.from?.tag == "323")
    }

    @Test("3.1.1.7 longreq: long values in every field") func longValues() throws {
        func long(_ word: String, _ times: Int) -> String { String(repeating: word, count: times) }
        let vias = (1...33).reversed().map { number in
            "SIP/2.0/TCP sip\(number).example.com"
        }
        let request = try #require(
            try Message.parse(
                Octets.message(
                    """
                    INVITE sip:user@example.com SIP/2.0
                    To: "I have a user name of \(long("extreme", 10)) proportion"<sip:user@example.com:6000;\
                    unknownparam1=very\(long("long", 20))value;longparam\(long("name", 25))=shortvalue;\
                    very\(long("long", 25))ParameterNameWithNoValue>
                    F: sip:\(long("amazinglylongcallername", 5))@example.net;tag=12\(long("982", 50))424\
                    ;unknownheaderparam\(long("name", 20))=unknowheaderparam\(long("value", 15))\
                    ;unknownValueless\(long("paramname", 10))
                    Call-ID: longreq.one\(long("really", 20))longcallid
                    CSeq: 3882340 INVITE
                    Unknown-\(long("Long", 20))-Name: unknown-\(long("long", 20))-value; \
                    unknown-\(long("long", 20))-parameter-name = unknown-\(long("long", 20))-parameter-value
                    Via: \(vias[0])
                    v: SIP/2.0/TCP sip32.example.com,SIP/2.0/TCP sip31.example.com
                    Via: \(vias.dropFirst(3).joined(separator: ","))
                    V: SIP/2.0/UDP host.example.com;received=192.0.2.5;branch=very\(long("long", 50))branchvalue
                    Max-Forwards: 70
                    Contact: <sip:\(long("amazinglylongcallername", 5))@host5.example.net>
                    Content-Type: application/sdp
                    l: 3
                    """, body: "v")
            ).asRequest)
        #expect(request.vias.count == 34)
        #expect(request.vias.last?.branch?.count == 4 + 200 + 11)
        #expect(request.from?.tag?.count == 155)
        #expect(request.from?.uri.user?.utf8.count == 115)
        #expect(request.to?.displayName?.hasPrefix("I have a user name of extremeextreme") == true)
        #expect(request.headers[HeaderName("unknown-\(long("long", 20))-name")] != nil)
        #expect(request.body.count == 3)
        #expect(try Message.parse(request.serialized()) == .request(request))
    }

    @Test("3.1.1.8 dblreq: octets behind the body of a datagram are ignored") func trailingOctets() throws {
        let register = Octets.head(
            """
            REGISTER sip:example.com SIP/2.0
            To: sip:j.user@example.com
            From: sip:j.user@example.com;tag=43251j3j324
            Max-Forwards: 8
            I: dblreq.0ha0isndaksdj99sdfafnl3lk233412
            Contact: sip:j.user@host.example.com
            CSeq: 8 REGISTER
            Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492
            Content-Length: 0
            """)
        let invite = Octets.head("\n\nINVITE sip:joe@example.com SIP/2.0\nt: sip:joe@example.com")
        let request = try #require(try Message.parse(register + invite).asRequest)
        #expect(request.method == .register)
        #expect(request.body.isEmpty)
    }

    @Test("3.1.1.9 semiuri: a semicolon in the user part belongs to the user") func semicolonInUser() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0
                    To: sip:j_user@example.com
                    From: sip:caller@example.org;tag=33242
                    Max-Forwards: 3
                    Call-ID: semiuri.0ha0isndaksdj
                    CSeq: 8 OPTIONS
                    Accept: application/sdp, application/pkcs7-mime,
                            multipart/mixed, multipart/signed,
                            message/sip, message/sipfrag
                    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw
                    l: 0
                    """)
            ).asRequest)
        #expect(request.uri.user == "user;par=u@example.net")
        #expect(request.uri.host == "example.com")
        #expect(request.uri.parameters.isEmpty)
        #expect(request.headers.values(.accept).count == 6)
    }

    @Test("3.1.1.10 transports: every transport in a Via, unknown ones too") func variedTransports() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    OPTIONS sip:user@example.com SIP/2.0
                    To: sip:user@example.com
                    From: <sip:caller@example.com>;tag=323
                    Max-Forwards: 70
                    Call-ID:  transports.kijh4akdnaqjkwendsasfdj
                    Accept: application/sdp
                    CSeq: 60 OPTIONS
                    Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw
                    Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf
                    Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj
                    Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en
                    Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee
                    l: 0
                    """)
            ).asRequest)
        #expect(request.vias.map(\.transport) == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"])
        #expect(request.vias.map(\.transportProtocol) == [.udp, nil, .tls, nil, .tcp])
    }

    @Test("3.1.1.11 mpart01: a body of binary parts comes through octet by octet") func multipartMessage() throws {
        let binary: [UInt8] = (0...255).map { UInt8($0) }
        let body =
            Array("--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\n\r\n".utf8)
            + binary + Array("\r\n--7a9cbec02ceef655--".utf8)
        let head = Octets.head(
            """
            MESSAGE sip:kumiko@example.org SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport
            Max-Forwards: 70
            Route: <sip:127.0.0.1:5080>
            Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDNGCzA+fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUhkMWYUA=
            Contact: <sip:fluffy@127.0.0.1:5070>
            To: <sip:kumiko@example.org>
            From: <sip:fluffy@example.com>;tag=2fb0dcc9
            Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..
            CSeq: 1 MESSAGE
            Content-Transfer-Encoding: binary
            Content-Type: multipart/mixed;boundary=7a9cbec02ceef655
            Date: Sat, 15 Oct 2005 04:44:56 GMT
            User-Agent: SIPimp.org/0.2.5 (curses)
            Content-Length: \(body.count)
            """)
        let request = try #require(try Message.parse(head + body).asRequest)
        #expect(request.body == body)
        #expect(request.contentType?.essence == "multipart/mixed")
        #expect(request.contentType?.parameters["boundary"] == "7a9cbec02ceef655")
        #expect(try Message.parse(request.serialized()) == .request(request))
    }

    @Test("3.1.1.12 unreason: a reason phrase in another script") func unusualReason() throws {
        let response = try #require(
            try Message.parse(
                Octets.head(
                    """
                    SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое
                    Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
                    Call-ID: unreason.1234ksdfak3j2erwedfsASdf
                    CSeq: 35 INVITE
                    From: sip:user@example.com;tag=11141343
                    To: sip:user@example.edu;tag=2229
                    Content-Length: 0
                    Contact: <sip:user@host198.example.com>
                    """)
            ).asResponse)
        #expect(response.status == 200)
        #expect(response.reason == "= 2**3 * 5**2 но сто девяносто девять - простое")
    }

    @Test("3.1.1.13 noreason: an empty reason phrase") func emptyReason() throws {
        let response = try #require(
            try Message.parse(
                Octets.head(
                    """
                    SIP/2.0 100\u{20}
                    Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
                    Call-ID: noreason.asndj203insdf99223ndf
                    CSeq: 35 INVITE
                    From: <sip:user@example.com>;tag=39ansfi3
                    To: <sip:user@example.edu>;tag=902jndnke3
                    Content-Length: 0
                    Contact: <sip:user@host105.example.com>
                    """)
            ).asResponse)
        #expect(response.status == 100)
        #expect(response.reason == "")
    }
}
