#pragma once

/// While armed, the process ends with `_exit(code)` inside the callback of the next message.
///
/// Two functions of the C library are replaced for that, for the whole process. When
/// libmosquitto queues the acknowledgement of a message it writes one byte to a socket pair of
/// its own, which `write` sees; and the callback that follows measures the topic with `strlen`.
void exit_inside_callback(int armed, int code);
