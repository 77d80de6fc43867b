#pragma once

/// While armed, the process ends with `_exit(code)` as soon as libmosquitto has queued the
/// acknowledgement of a message, just before it calls `on_message`: whenever it queues a packet
/// it writes one byte to a socket pair of its own, and this library's `write` sees it.
void exit_inside_read(int armed, int code);
