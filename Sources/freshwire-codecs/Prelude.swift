/// What every codec finds in its world beside the language, and the one function it is called by.
///
/// Its value is `[inspect, prepare, remark]`. A codec's source is given as a *factory*: a function
/// around the source, run anew for each call, so that nothing a call leaves in the codec's
/// variables, `exports` or forgotten `var`s is seen by the next, which may be of another device.
///
/// - `inspect(factory)`: the number of the signature it has, or 0.
/// - `prepare(factory)`: the function `run(bytes, port, milliseconds, variables)`. It answers a
///   string, the JSON text of the data; or the number of a `DecodeVerdict`, with remarks.
/// - `remark()`: the next string that goes with a verdict, or undefined.
///
/// All it needs later is taken before a codec runs, so that a codec that changes the language for
/// itself misleads nobody else.
enum Prelude {
    /// Around the source. The inner function lets a codec declare `exports` or `module` itself, and
    /// begin with "use strict"; both stand on the source's first line, so that its lines keep their
    /// numbers.
    static let before = "(function(exports,module){return(function(){"
    static let after = """

        ;return typeof decodeUplink==="function"?[1,decodeUplink,undefined]:\
        typeof Decode==="function"?[2,Decode,undefined]:\
        typeof Decoder==="function"?[3,Decoder,undefined]:\
        typeof driver==="object"&&driver!==null&&typeof driver.codec==="object"\
        &&driver.codec!==null&&typeof driver.codec.decodeUplink==="function"\
        ?[4,driver.codec.decodeUplink,driver.codec]:\
        typeof exports==="object"&&exports!==null&&typeof exports.decodeUplink==="function"\
        ?[5,exports.decodeUplink,exports]:\
        typeof module==="object"&&module!==null&&typeof module.exports==="object"\
        &&module.exports!==null&&typeof module.exports.decodeUplink==="function"\
        ?[5,module.exports.decodeUplink,module.exports]:\
        typeof module==="object"&&module!==null&&typeof module.exports==="function"\
        ?[5,module.exports,undefined]:[0];}).call(this);})
        """

    /// - Parameters:
    ///   - remarks: How many warnings or errors are kept.
    ///   - length: How many UTF-16 units of each.
    static func source(remarks: Int, length: Int) -> String {
        """
        (function (global, remarkCount, remarkLength) {
        \(world)
        function makeBuffer() {
        \(buffer)
        return OldBuffer;
        }
        \(calling)
        })(this, \(remarks), \(length))
        """
    }

    private static let world = """
        "use strict";
        const apply = Reflect.apply, construct = Reflect.construct, drop = Reflect.deleteProperty;
        const stringify = JSON.stringify, isArray = Array.isArray, asText = String;
        const cut = String.prototype.slice, multiply = Math.imul;
        const EngineDate = Date;
        const define = (object, name, value) => Object.defineProperty(
            object, name, { value, writable: true, enumerable: false, configurable: true });

        // What waits, shares memory, compiles machine code or hears from the garbage collector.
        for (const name of ["WebAssembly", "SharedArrayBuffer", "Atomics", "WeakRef",
            "FinalizationRegistry"]) delete global[name];

        // The clock stands at the receive time: the same message decodes to the same data for ever.
        let now = 0;
        function FrozenDate(...parts) {
            if (new.target === undefined) return new EngineDate(now).toString();
            return construct(EngineDate, parts.length === 0 ? [now] : parts, new.target);
        }
        define(FrozenDate, "name", "Date");
        define(FrozenDate, "length", 7);
        Object.defineProperty(FrozenDate, "prototype",
            { value: EngineDate.prototype, writable: false, enumerable: false, configurable: false });
        define(FrozenDate, "now", () => now);
        define(FrozenDate, "parse", EngineDate.parse);
        define(FrozenDate, "UTC", EngineDate.UTC);
        define(EngineDate.prototype, "constructor", FrozenDate);
        define(global, "Date", FrozenDate);

        // Numerical Recipes' generator, begun anew with each call, for the same reason.
        let chance = 0;
        define(Math, "random", () => {
            chance = (multiply(chance, 1664525) + 1013904223) >>> 0;
            return chance / 4294967296;
        });

        const silence = {};
        for (const name of ["assert", "clear", "count", "countReset", "debug", "dir", "dirxml",
            "error", "group", "groupCollapsed", "groupEnd", "info", "log", "table", "time",
            "timeEnd", "timeLog", "trace", "warn"]) define(silence, name, () => undefined);
        define(global, "console", silence);

        // Made when first asked for: most codecs never ask.
        Object.defineProperty(global, "Buffer", {
            get() { define(global, "Buffer", makeBuffer()); return global.Buffer; },
            set(value) { define(global, "Buffer", value); },
            enumerable: false, configurable: true });
        """

    private static let calling = """
        let remarks = [], next = 0;
        function say(value) {
            let text;
            if (typeof value === "string") text = value;
            else if (typeof value === "object" && value !== null) text = stringify(value);
            if (typeof text !== "string") text = asText(value);
            return text.length <= remarkLength ? text : apply(cut, text, [0, remarkLength]);
        }
        // What a codec gives as warnings or errors, as at most `remarkCount` strings.
        function said(value) {
            const list = [];
            if (value === undefined || value === null || value === "" || value === false)
                return list;
            if (!isArray(value)) { list[0] = say(value); return list; }
            const count = +value.length;
            for (let index = 0; index < count && index < remarkCount; index++)
                list[index] = say(value[index]);
            return list;
        }
        function tidy() {
            for (const name in global) drop(global, name);
        }
        function make(factory) {
            const exports = {};
            return apply(factory, global, [exports, { exports }]);
        }
        function inspect(factory) {
            tidy();
            return make(factory)[0];
        }
        function prepare(factory) {
            return function (bytes, port, milliseconds, variables) {
                now = milliseconds;
                chance = 1;
                tidy();
                const made = make(factory), kind = made[0], decode = made[1];
                if (variables === undefined) variables = {};
                let data;
                if (kind === 2) data = decode(port, bytes, variables);
                else if (kind === 3) data = decode(bytes, port);
                else if (kind === 0) return 6;
                else {
                    const recvTime = new EngineDate(now);
                    const result = apply(
                        decode, made[2], [{ bytes, fPort: port, recvTime, variables }]);
                    if (typeof result !== "object" || result === null) return 7;
                    const errors = said(result.errors);
                    if (errors.length > 0) { remarks = errors; next = 0; return 2; }
                    const warnings = said(result.warnings);
                    // Old drivers answer the bare data, without a frame around it.
                    data = "data" in result || "errors" in result || "warnings" in result
                        ? result.data : result;
                    if (warnings.length > 0) {
                        if (typeof data !== "object" || data === null) return 7;
                        const text = stringify(data);
                        if (typeof text !== "string") return 7;
                        remarks = [text];
                        for (let index = 0; index < warnings.length; index++)
                            remarks[index + 1] = warnings[index];
                        next = 0;
                        return 1;
                    }
                }
                if (typeof data !== "object" || data === null) return 7;
                const text = stringify(data);
                return typeof text === "string" ? text : 7;
            };
        }
        function remark() {
            return remarks[next++];
        }
        return [inspect, prepare, remark];
        """
}
