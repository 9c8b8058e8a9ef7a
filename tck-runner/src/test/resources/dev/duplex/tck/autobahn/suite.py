# Runs one direction of the Autobahn suite inside the suite's own process; see SuiteMain.
# Python 2.7, because the suite is. Arguments: client|server, URL of the server under test or '', report folder, case ids.
# What the parent process reads is on lines that start with '@'; everything else is the suite's own talk.

import sys
import types

from dev.duplex.tck.autobahn import Utf8Validator, XorMasker

mode, url, folder, cases = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4].split(',')


def module(name, **content):
    made = types.ModuleType(name)
    made.__dict__.update(content)
    sys.modules[name] = made


# The suite prefers these two native modules to its own loops over single bytes, which take minutes in Jython.
module('wsaccel')
module('wsaccel.xormask', XorMaskerNull=XorMasker, createXorMasker=lambda mask, length=None: XorMasker(mask))
module('wsaccel.utf8validator', Utf8Validator=Utf8Validator)

from twisted.internet import reactor
from twisted.python import log
from autobahn import websocket
from autobahn.websocket import WebSocketProtocol
from autobahntestsuite import fuzzing

assert websocket.Utf8Validator is Utf8Validator, 'the suite did not take the validator it was offered'
assert websocket.XorMaskerNull is XorMasker, 'the suite did not take the masker it was offered'

# How long a peer may take where a case or the protocol sets a limit. The suite's own, 0.5 s and up, are too short for a
# busy machine; they end a case that has gone wrong and so cost nothing otherwise. Still below the 10 s after which a peer
# of ours cuts a connection whose end is overdue: what ends only by that must not pass.
SHORTEST_LIMIT_SECONDS = 8
LONGEST_LIMIT_SECONDS = 120
# The pauses between the parts of a message: a peer must fail within one. Every run waits for these.
PAUSE_FACTOR = 3
# From our Close to the abort of a connection that does not end by itself.
LINGER_SECONDS = 0.5


def say(line):
    print '@' + line
    sys.stdout.flush()


def with_delay(method, change):
    return lambda self, delay, *rest: method(self, change(delay), *rest)


def limit(delay):
    return min(max(delay, SHORTEST_LIMIT_SECONDS), LONGEST_LIMIT_SECONDS)


Protocol = fuzzing.FuzzingProtocol
Protocol.killAfter = with_delay(Protocol.killAfter.im_func, limit)
Protocol.closeAfter = with_delay(Protocol.closeAfter.im_func, limit)
Protocol.continueLater = with_delay(Protocol.continueLater.im_func, lambda delay: delay * PAUSE_FACTOR)

# Chopped writes go out one for each turn of the reactor either way; any delay above 0 makes a turn last a millisecond.
WebSocketProtocol._QUEUED_WRITE_DELAY = 0


drop = WebSocketProtocol.dropConnection

def drop_and_abort(self, abort=False):
    drop(self, abort)
    # Jython may never report the end of a connection that was only asked to end, and the case's result would be lost.
    if not abort:
        reactor.callLater(LINGER_SECONDS, self.transport.abortConnection)

WebSocketProtocol.dropConnection = drop_and_abort


running = set()
opened = Protocol.onOpen
lost = Protocol.connectionLost

def open_or_wait(self):
    # A client asks for the reports right after its last case, whose connection may not have ended on this side.
    if self.runCase:
        running.add(self)
    elif running:
        reactor.callLater(0.1, open_or_wait, self)
        return
    opened(self)

def lost_if_opened(self, reason):
    # A case whose opening handshake failed expects nothing yet, and asking it for a verdict would stop the whole run.
    if self not in running:
        self.runCase = None
    lost(self, reason)
    running.discard(self)

Protocol.onOpen = open_or_wait
Protocol.connectionLost = lost_if_opened


log_case = fuzzing.FuzzingFactory.logCase

def log_and_say(self, result):
    log_case(self, result)
    say('case %s' % result['id'])

fuzzing.FuzzingFactory.logCase = log_and_say


def show_errors(event):
    if event['isError']:
        print log.textFromEventDict(event)

log.addObserver(show_errors)

options = {'openHandshakeTimeout': SHORTEST_LIMIT_SECONDS, 'closeHandshakeTimeout': SHORTEST_LIMIT_SECONDS}
spec = {'outdir': folder, 'cases': cases, 'options': options, 'servers': [{'agent': 'server', 'url': url}], 'url': 'ws://127.0.0.1:1'}

say('cases %d' % len(fuzzing.Cases))
if mode == 'client':
    options['serverConnectionDropTimeout'] = SHORTEST_LIMIT_SECONDS
    fuzzing.FuzzingClientFactory(spec)
else:
    factory = fuzzing.FuzzingServerFactory(spec)
    # Not the suite's own way to listen, which would open two ports on every interface.
    port = reactor.listenTCP(0, factory, interface='127.0.0.1').getHost().port
    factory.setSessionParameters(url='ws://127.0.0.1:%d' % port)
    say('port %d' % port)
reactor.run()
