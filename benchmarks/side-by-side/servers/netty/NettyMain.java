import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * Netty's event loop with its own WebSocket handlers: what a JVM can do without Jakarta's API. UTF-8 is checked and text is a String, as
 * elsewhere; what a read has brought is answered with one flush. Properties: {@code port}; {@code transport=epoll}, else NIO; {@code
 * deflate=true}, where its usual handler would refuse an offer without context takeover.
 */
public final class NettyMain {
    private static final int LARGEST_MESSAGE = 4 << 20;
    private static final ChannelGroup RECEIVERS = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private NettyMain() {}

    public static void main(String[] arguments) throws Exception {
        boolean epoll = "epoll".equals(System.getProperty("transport"));
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        new ServerBootstrap()
                .group(loops)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Pipeline())
                .bind("127.0.0.1", Integer.getInteger("port", 9001))
                .sync();
        System.out.println("started");
        Thread.currentThread().join();
    }

    private static final class Pipeline extends ChannelInitializer<SocketChannel> {
        private final boolean deflate = Boolean.getBoolean("deflate");

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(65536));
            if (deflate) {
                channel.pipeline()
                        .addLast(new WebSocketServerExtensionHandler(
                                new PerMessageDeflateServerExtensionHandshaker(6, true, 15, true, true, 0)));
            }
            WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder()
                    .websocketPath("/")
                    .checkStartsWith(true)
                    .allowExtensions(deflate)
                    .maxFramePayloadLength(LARGEST_MESSAGE)
                    .build();
            channel.pipeline()
                    .addLast(
                            new WebSocketServerProtocolHandler(config),
                            new WebSocketFrameAggregator(LARGEST_MESSAGE),
                            new Application());
        }
    }

    private static final class Application extends SimpleChannelInboundHandler<WebSocketFrame> {
        private boolean broadcasts;

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            if (!(frame instanceof TextWebSocketFrame text)) {
                context.write(frame.retain());
            } else if (broadcasts) {
                RECEIVERS.writeAndFlush(new TextWebSocketFrame(text.text()));
            } else {
                context.write(new TextWebSocketFrame(text.text()));
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete handshake
                    && handshake.requestUri().equals("/broadcast")) {
                broadcasts = true;
                RECEIVERS.add(context.channel());
            }
            super.userEventTriggered(context, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            context.close();
        }
    }
}
