/**
 * RFC 6455 bytes to frames and back: syntax and rules.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.frame.FrameReader}</td><td>reads frames from a stream and judges them</td></tr>
 * <tr><td>{@link dev.duplex.frame.FrameWriter}</td><td>writes frames to a stream</td></tr>
 * <tr><td>{@link dev.duplex.frame.FrameHeader}</td><td>the layout of a header</td></tr>
 * <tr><td>{@link dev.duplex.frame.Opcodes}</td><td>the four-bit kinds of frames</td></tr>
 * <tr><td>{@link dev.duplex.frame.CloseFrame}</td><td>code and reason of a Close, and which codes are legal</td></tr>
 * <tr><td>{@link dev.duplex.frame.Masking}</td><td>the XOR of client frames</td></tr>
 * <tr><td>{@link dev.duplex.frame.Utf8Validator}</td><td>judges text at the first bad byte, across fragments</td></tr>
 * <tr><td>{@link dev.duplex.frame.BufferPool}</td><td>byte arrays that are borrowed for as long as bytes move</td></tr>
 * <tr><td>{@link dev.duplex.frame.ProtocolFailure}</td><td>a broken rule and the close code it ends with</td></tr>
 * </table>
 *
 * <p>Must not know: sockets, threads, locks, Jakarta types.
 */
@NullMarked
package dev.duplex.frame;

import org.jspecify.annotations.NullMarked;
