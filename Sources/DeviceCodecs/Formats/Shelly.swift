package import ColdChain
package import JSONText
import Wire

/// Shelly devices of the second and third generation.
///
///     {"src":"shellyplusht-b8d61a8b17cc","method":"NotifyFullStatus","params":{"ts":1795176000.25,
///      "temperature:0":{"id":0,"tC":4.2,"tF":39.6},"humidity:0":{"id":0,"rh":61.5},
///      "devicepower:0":{"id":0,"battery":{"V":5.9,"percent":88},"external":{"present":false}}}}
///
/// - On `<prefix>/events/rpc` the device is the message's `src`. `NotifyStatus` says only what
///   changed, so that what is absent is absent; `null` says that a component was taken away. The
///   `result` of a request for the status is read like `params`.
/// - On `<prefix>/status/temperature:0` there is one component alone, without a time; the device is
///   the prefix, which is the same name unless somebody set another one.
/// - Probe n is the component's number up to 99; those of an add-on begin at 100 and are the probes
///   1, 2, 3 …, behind the built-in probe 0.
/// - `ts` counts seconds since 1970, or since the device was switched on while its clock is unset.
/// - A component's `errors` say that what it holds was not measured.
/// - With external power the battery shows 0.43 V and 0 %.
/// - What a relay or a meter says of its own temperature is not that of any air; what a voltmeter is
///   connected to, nobody knows. Neither is read.
///
/// Source: the vendor's description of its components and notifications.
package enum Shelly {
    /// Whether messages on a topic tell nothing for the log, and may be no JSON: whether the device
    /// is connected, and what others order.
    package static func isStatus(topic: Span<UInt8>) -> Bool {
        let last = topic.extracting(topic.startOfLastLevel..<topic.count)
        return last.isEqual(to: "online") || last.isEqual(to: "command")
    }

    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let last = topic.startOfLastLevel
        if let prefix = prefix(of: topic) {
            return try decodeComponent(
                document, root, topic.extracting(last..<topic.count),
                device: topic.extracting(0..<prefix), into: &batch)
        }
        guard !isStatus(topic: topic) else {
            batch.isStatus = true
            return
        }
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "a notification is an object")
        }
        let isNotification = isNotification(document, root)
        let status = document.member(isNotification ? "params" : "result", of: root)
        guard let status, document.isObject(status) else {
            guard !isNotification else {
                throw DecodingFailure(.missingField, detail: "a notification without its 'params'")
            }
            batch.isStatus = true
            return
        }
        guard let source = document.member("src", of: root) else {
            throw DecodingFailure(.missingField, detail: "a notification without its 'src'")
        }
        try decodeStatus(document, status, source: source, message, into: &batch)
    }

    private static func isNotification(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node
    ) -> Bool {
        let method = document.member("method", of: root)
        return document.isText(method, "NotifyStatus")
            || document.isText(method, "NotifyFullStatus")
    }

    /// Where the prefix of a topic such as `<prefix>/status/temperature:0` ends; nil for others.
    private static func prefix(of topic: Span<UInt8>) -> Int? {
        let last = topic.startOfLastLevel
        guard last > 1 else { return nil }
        let before = topic.extracting(0..<last - 1)
        let start = before.startOfLastLevel
        guard start > 1, before.extracting(start..<before.count).isEqual(to: "status") else {
            return nil
        }
        return start - 1
    }

    private static func decodeStatus(
        _ document: borrowing JSONDocument, _ status: JSONDocument.Node,
        source: JSONDocument.Node, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var draft = SampleDraft()
        if !draft.setTime(
            document.reportedTime(document.member("ts", of: status)), by: .device, message)
        {
            batch.reject(row: 0, .invalidTime, field: "ts")
        }
        let start = batch.measurements.count
        var child = document.firstChild(of: status)
        while let node = child {
            child = document.sibling(of: node, in: status)
            if let component = Component(document.name(of: node)) {
                try component.add(document, node, from: start, &batch)
            }
        }
        guard batch.measurements.count > start else {
            batch.isStatus = batch.rejections.isEmpty
            return
        }
        draft.device = try batch.keepDeviceName(document.text(source))
        batch.close(draft, from: start)
    }

    private static func decodeComponent(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node, _ name: Span<UInt8>,
        device: Span<UInt8>, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard let component = Component(name) else {
            batch.isStatus = true
            return
        }
        var draft = SampleDraft()
        draft.device = try batch.keepDeviceName(device)
        let start = batch.measurements.count
        try component.add(document, node, from: start, &batch)
        if !batch.close(draft, from: start) { batch.isStatus = batch.rejections.isEmpty }
    }
}

extension Shelly {
    /// A component that measures, by a name such as `temperature:100`.
    private struct Component {
        enum Kind {
            case temperature
            case humidity
            case power
        }

        var kind: Kind
        var probe: Int

        init?(_ name: Span<UInt8>) {
            let prefix: Int
            if name.begins(with: "temperature:") {
                (kind, prefix) = (.temperature, 12)
            } else if name.begins(with: "humidity:") {
                (kind, prefix) = (.humidity, 9)
            } else if name.begins(with: "devicepower:") {
                (kind, prefix) = (.power, 12)
            } else {
                return nil
            }
            guard let number = name.extracting(prefix..<name.count).decimalNumber else {
                return nil
            }
            probe = number < 100 ? number : number - 99
        }

        func add(
            _ document: borrowing JSONDocument, _ node: JSONDocument.Node, from start: Int,
            _ batch: inout SampleBatch
        ) throws(DecodingFailure) {
            let quantity: Quantity =
                switch kind {
                case .temperature: .temperature
                case .humidity: .humidity
                case .power: .battery
                }
            guard probe <= Int(UInt8.max) else {
                batch.reject(row: 0, .outOfRange, field: quantity.name)
                return
            }
            guard !batch.has(quantity, probe: probe, from: start) else {
                throw DecodingFailure(
                    .duplicateField, detail: "'\(quantity.name)' occurs twice for one probe")
            }
            guard document[node] != .null else {
                return batch.add(quantity, probe: probe, .probeAbsent)
            }
            guard document.isObject(node) else {
                return batch.reject(row: 0, .wrongType, field: quantity.name)
            }
            switch kind {
            case .temperature: addTemperature(document, node, &batch)
            case .humidity:
                addValue(
                    .humidity, document.reported(document.member("rh", of: node)),
                    hasErrors: hasErrors(document, node), &batch)
            case .power: addPower(document, node, &batch)
            }
        }

        private func addTemperature(
            _ document: borrowing JSONDocument, _ node: JSONDocument.Node,
            _ batch: inout SampleBatch
        ) {
            var reported = document.reported(document.member("tC", of: node))
            if reported == .absent {
                reported = document.reported(document.member("tF", of: node))
                    .converted(from: .fahrenheit)
            }
            addValue(.temperature, reported, hasErrors: hasErrors(document, node), &batch)
        }

        private func addValue(
            _ quantity: Quantity, _ reported: ReportedValue, hasErrors: Bool,
            _ batch: inout SampleBatch
        ) {
            if hasErrors {
                batch.add(quantity, probe: probe, .sensorError)
            } else {
                batch.add(quantity, probe: probe, reported)
            }
        }

        private func hasErrors(
            _ document: borrowing JSONDocument, _ node: JSONDocument.Node
        ) -> Bool {
            guard let errors = document.member("errors", of: node) else { return false }
            return document.firstChild(of: errors) != nil
        }

        private func addPower(
            _ document: borrowing JSONDocument, _ node: JSONDocument.Node,
            _ batch: inout SampleBatch
        ) {
            let battery = document.member("battery", of: node)
            let volts = document.reported(battery.flatMap { document.member("V", of: $0) })
            let percent = document.reported(battery.flatMap { document.member("percent", of: $0) })
            let external = document.member("external", of: node)
                .flatMap { document.bool(document.member("present", of: $0)) }
            if external ?? Self.isWithoutBattery(volts) {
                batch.add(.battery, probe: probe, .externalPower)
                batch.add(.batteryVoltage, probe: probe, .externalPower)
            } else if let battery, document[battery] == .null {
                batch.add(.battery, probe: probe, .notAvailable)
            } else {
                batch.add(.battery, probe: probe, percent)
                batch.add(.batteryVoltage, probe: probe, volts)
            }
        }

        /// Nobody sends by radio on less than a volt.
        private static func isWithoutBattery(_ volts: ReportedValue) -> Bool {
            guard case .value(let volts) = volts else { return false }
            return volts < 1
        }
    }
}
