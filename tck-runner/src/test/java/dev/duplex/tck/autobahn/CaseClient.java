package dev.duplex.tck.autobahn;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;

/** The client under test: asks the suite's server for one case after the other and sends every message back. */
final class CaseClient {
    private static final System.Logger LOG = System.getLogger(CaseClient.class.getName());

    private final URI suite;
    private final PeerOptions options = PeerOptions.builder()
            .maxReceivePayload(EchoServer.MAX_RECEIVE_PAYLOAD_BYTES)
            .compression(true)
            .build();

    CaseClient(URI suite) {
        this.suite = suite;
    }

    /**
     * Returns when the suite has written its reports; throws when the suite itself cannot be talked to. Does not bound its
     * waits: whoever runs it ends the suite's process when nothing happens any more, and with it every connection.
     */
    void runAllCases() throws IOException {
        int count = caseCount();
        for (int i = 1; i <= count; i++) {
            runCase(i);
        }
        try (WsPeer peer = connect("/updateReports?agent=client")) {
            peer.readMessage();
        }
    }

    private int caseCount() throws IOException {
        try (WsPeer peer = connect("/getCaseCount")) {
            Message count = peer.readMessage();
            if (count == null) {
                throw new IOException("The suite closed the connection instead of telling the number of cases.");
            }
            return Integer.parseInt(count.text());
        }
    }

    private void runCase(int number) {
        try (WsPeer peer = connect("/runCase?case=" + number + "&agent=client")) {
            EchoServer.echo(peer);
        } catch (IOException e) {
            // How a case that breaks a rule is meant to end. Whether this one was, the suite's verdict says.
            LOG.log(Level.DEBUG, "Case number {0} ended with {1}", number, e);
        }
    }

    private WsPeer connect(String target) throws IOException {
        return WebSockets.connect(suite.resolve(target), ConnectRequest.none(), options);
    }
}
