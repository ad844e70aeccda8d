extension UserAgent.Content {
    /// The text, whatever the bytes are: UTF-8 where nothing else is said, and bytes that are not valid become
    /// U+FFFD, so that a wrongly encoded message is repaired and never lost. ISO-8859-1 is read as such.
    public var text: String {
        switch MediaType(type)?.charset {
        case "iso-8859-1", "latin1":
            var text = String.UnicodeScalarView()
            text.append(contentsOf: body.lazy.map { UnicodeScalar($0) })
            return String(text)
        case _:
            return String(decoding: body, as: UTF8.self)
        }
    }
}
