/// What the API and the commands answer, as far as tests look at it.
struct LoggedReading: Decodable {
    struct Quality: Decodable {
        var rollup: Int
        var event_time: Int?
    }

    var bagId: String?
    var deviceId: String
    var profile: String
    var quantity: String
    var value: Double
    var unit: String
    var measuredAt: String
    var timeSource: String
    var receivedAt: String
    var sequence: Int?
    var quality: Quality
}

struct TemperatureLog: Decodable {
    struct Custody: Decodable {
        var bagId: String
        var from: String
        var until: String?
    }

    struct Excursion: Decodable {
        var number: Int
        var openedAt: String
        var closedAt: String?
        var peak: Double
    }

    var orderId: String
    var foodClass: String
    var status: String
    var bags: [Custody]
    var excursions: [Excursion]
    var readings: [LoggedReading]

    var temperatures: [Double] {
        readings.filter { $0.quantity == "temperature" }.map(\.value)
    }
}

struct DeadLetter: Decodable {
    var number: Int
    var topic: String
    var reason: String
    var detail: String
    var payloadLength: Int
    var payload: String?
    var payloadBase64: String?
}

struct Count: Decodable {
    var count: Int
}

/// A message of the WebSocket dialect.
struct Frame: Decodable {
    struct Location: Decodable {
        var latitude: Double
        var longitude: Double
        var speed: Double?
    }

    struct Payload: Decodable {
        var channel: String?
        var status: String?
        var serverTime: String?
        var code: String?
        var orderId: String?
        var bagId: String?
        var vehicleId: String?
        var driverId: String?
        var temperature: Double?
        var rawTemperature: Double?
        var calibration: Int?
        var withinLimit: Bool?
        var state: String?
        var location: Location?
    }

    var type: String
    var id: String
    var timestamp: String
    var payload: Payload
}

/// The body of a webhook.
struct WebhookBody: Decodable {
    struct Alert: Decodable {
        var sequence: Int
        var orderId: String
        var bagId: String?
        var state: String?
        var temperature: Double?
        var status: String?
        var openedAt: String?
        var closedAt: String?
        var measuredAt: String?
    }

    var event: String
    var timestamp: String
    var data: Alert
    var signature: String
}
