import Webphone

func parrot(over transport: any ClientTransport) async throws {
    let client = WebClient(transport: transport)
    let account = Account(
        host: "127.0.0.1", port: 7777, transport: .tcp, line: "Webphone1", displayName: "Parrot")
    _ = try await client.connect(account)
    for await call in client.incomingCalls {
        Task {
            await call.accept()
            for await text in call.messages {
                try await call.send("You said: " + text)
            }
        }
    }
}
