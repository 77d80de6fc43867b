#pragma once
#include <JavaScriptCore/JavaScript.h>
#include <stdbool.h>

// Exported by the library, but declared only in its private headers, which are not installed.
// The callback runs on the script's own thread; it answers whether the script shall end, and sets
// the limit again where it lets the script go on.
typedef bool (*JSShouldTerminateCallback)(JSContextRef context, void *of_the_caller);
void JSContextGroupSetExecutionTimeLimit(JSContextGroupRef group, double seconds,
                                         JSShouldTerminateCallback callback, void *of_the_caller);
