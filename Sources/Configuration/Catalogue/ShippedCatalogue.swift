// Written by Sources/embed from the files under Catalogue; change those.
// swift-format-ignore-file: the texts keep their own lines.

/// The catalogues of messages that are part of the program.
enum ShippedCatalogue {
    /// Each file by its name under `Catalogue`, with its text.
    static let files: [(name: String, text: String)] = [
        (
            name: "messages.yaml",
            text: #"""
            # Every type of message that the fabric carries. Documentation/publishing.md says how to read this
            # file, and how to use one of your own in its place.

            version: 1

            messages:

              # ── Orders, as the ordering system tells them ──────────────────────────────────────────────────

              order_created:
                summary: An order was placed.
                critical: true
                confirmed_by: {tabletap: [customer]}
                publishers: [{roles: [platform]}]
                fields:
                  orderId: {kind: identifier, required: true}
                  customerId: {kind: identifier, address: true}
                  orderNumber: {kind: string, bytes: 64}
                  status: {kind: string, bytes: 32}
                  items: {kind: array, bytes: 8192}
                  total: {kind: number, minimum: 0, maximum: 1e9, sensitive: true}
                  estimatedTime: {kind: number, minimum: 0, maximum: 100000}
                  paymentRequired: {kind: boolean}
                channels: ["orders.{orderId}", "customers.{customerId}", "customers.{order.customer}"]
                forms: {wia: order_created, sse: order_created, tabletap: order_created, tracking: order_created}

              order_status_changed:
                summary: The ordering system changed the status of an order, with what it says to the customer.
                critical: true
                confirmed_by: {tabletap: [customer]}
                publishers:
                  - {roles: [platform]}
                  - {roles: [merchant, employee, manager], party: true}
                fields:
                  orderId: {kind: identifier, required: true}
                  customerId: {kind: identifier, address: true}
                  previousStatus: {kind: string, bytes: 32}
                  currentStatus: {kind: string, bytes: 32, required: true}
                  updatedBy: {kind: identifier, filled: subject}
                  estimatedTime: {kind: number, minimum: 0, maximum: 100000}
                  message: {kind: string, bytes: 512}
                channels: ["orders.{orderId}", "customers.{customerId}", "customers.{order.customer}"]
                forms:
                  wia: order_status_changed
                  sse: order_status_changed
                  tabletap: order_status_changed
                  tracking: order_status_changed

              order_ready:
                summary: An order can be fetched.
                critical: true
                confirmed_by: {tabletap: [customer]}
                publishers:
                  - {roles: [platform]}
                  - {roles: [merchant, employee, manager], party: true}
                fields:
                  orderId: {kind: identifier, required: true}
                  customerId: {kind: identifier, address: true}
                  orderNumber: {kind: string, bytes: 64}
                  pickupLocation: {kind: string, bytes: 256}
                  pickupCode: {kind: string, bytes: 64, sensitive: true}
                  expiresAt: {kind: instant}
                # Not to everybody in the order: the code is the customer's.
                channels: ["customers.{customerId}", "customers.{order.customer}"]
                forms: {wia: order_ready, sse: order_ready, tabletap: order_ready}

              order_completed:
                summary: An order is over, and can be rated.
                critical: true
                confirmed_by: {tabletap: [customer]}
                publishers:
                  - {roles: [platform]}
                  - {roles: [merchant, employee, manager], party: true}
                fields:
                  orderId: {kind: identifier, required: true}
                  customerId: {kind: identifier, address: true}
                  completedAt: {kind: instant}
                  rating: {kind: object, bytes: 2048}
                channels: ["orders.{orderId}", "customers.{customerId}", "customers.{order.customer}"]
                forms:
                  wia: order_completed
                  sse: order_completed
                  tabletap: order_completed
                  tracking: order_completed

              order_cancelled:
                summary: An order was cancelled, and why.
                critical: true
                confirmed_by: {tabletap: [customer]}
                publishers:
                  - {roles: [platform]}
                  - {roles: [merchant, employee, manager], party: true}
                fields:
                  orderId: {kind: identifier, required: true}
                  customerId: {kind: identifier, address: true}
                  counterId: {kind: identifier, address: true}
                  reason: {kind: string, bytes: 128}
                  message: {kind: string, bytes: 512}
                  cancelledBy: {kind: identifier, filled: subject}
                  refundRequired: {kind: boolean}
                  refundAmount: {kind: number, minimum: 0, maximum: 1e9, sensitive: true}
                channels:
                  - "orders.{orderId}"
                  - "counters.{counterId}"
                  - "customers.{customerId}"
                  - "customers.{order.customer}"
                  - "users.{order.customer}"
                  - "users.{order.driver}"
                forms:
                  wia: order_cancelled
                  sse: order_cancelled
                  tabletap: order_cancelled
                  tracking: order_cancelled
                  booking: booking_cancelled

              order_assigned:
                summary: An order was given to a counter.
                critical: true
                publishers:
                  - {roles: [platform]}
                  - {roles: [manager], site: cafeId}
                fields:
                  orderId: {kind: identifier, required: true}
                  cafeId: {kind: identifier, address: true}
                  counterId: {kind: identifier, required: true, address: true}
                  employeeId: {kind: identifier, address: true}
                  orderNumber: {kind: string, bytes: 64}
                  items: {kind: array, bytes: 8192}
                  orderType: {kind: string, bytes: 64}
                  customerName: {kind: string, bytes: 128, sensitive: true}
                  specialInstructions: {kind: string, bytes: 512}
                  estimatedTime: {kind: number, minimum: 0, maximum: 100000}
                  assignedAt: {kind: instant}
                channels: ["counters.{counterId}", "employees.{employeeId}"]
                forms: {wia: order_assigned, sse: order_assigned, tabletap: order_assigned}

              order_priority_changed:
                summary: An order became more urgent, or less.
                publishers:
                  - {roles: [platform]}
                  - {roles: [manager], site: cafeId}
                fields:
                  orderId: {kind: identifier, required: true}
                  cafeId: {kind: identifier, address: true}
                  counterId: {kind: identifier, required: true, address: true}
                  previousPriority: {kind: string, bytes: 32}
                  currentPriority: {kind: string, bytes: 32, required: true}
                  reason: {kind: string, bytes: 128}
                  updatedBy: {kind: identifier, filled: subject}
                channels: ["counters.{counterId}"]
                forms:
                  wia: order_priority_changed
                  sse: order_priority_changed
                  tabletap: order_priority_changed

              order_status_update:
                summary: >-
                  The order gets this status. Told as order_update, as every change of an order, with what else is said
                  of it here.
                effect: order_status
                publishers:
                  - {roles: [platform]}
                  - {roles: [merchant, employee, manager, driver], party: true}
                fields:
                  orderId: {kind: identifier, required: true}
                  status:
                    kind: enum
                    required: true
                    values:
                      - created
                      - pending
                      - confirmed
                      - preparing
                      - ready
                      - picked_up
                      - in_transit
                      - delivered
                      - completed
                      - cancelled
                  estimatedPreparation: {kind: instant}
                  estimatedTime: {kind: number, minimum: 0, maximum: 100000}
                  message: {kind: string, bytes: 512}
                accepted: {wia: status_change, tabletap: order_status_update}

              # ── Payments ───────────────────────────────────────────────────────────────────────────────────

              payment_processed:
                summary: A payment went through.
                critical: true
                confirmed_by: {tabletap: [customer]}
                publishers: [{roles: [platform]}]
                fields:
                  orderId: {kind: identifier, required: true}
                  customerId: {kind: identifier, address: true}
                  transactionId: {kind: string, bytes: 128, sensitive: true}
                  amount: {kind: number, required: true, minimum: 0, maximum: 1e9, sensitive: true}
                  method: {kind: string, bytes: 64, sensitive: true}
                  status: {kind: string, bytes: 32}
                  receiptUrl: {kind: string, bytes: 1024, sensitive: true}
                channels: ["customers.{customerId}", "customers.{order.customer}"]
                forms: {wia: payment_processed, sse: payment_processed, tabletap: payment_processed}

              payment_failed:
                summary: A payment did not go through, and where it can be tried again.
                critical: true
                confirmed_by: {tabletap: [customer]}
                publishers: [{roles: [platform]}]
                fields:
                  orderId: {kind: identifier, required: true}
                  customerId: {kind: identifier, address: true}
                  reason: {kind: string, bytes: 128, sensitive: true}
                  message: {kind: string, bytes: 512}
                  retryUrl: {kind: string, bytes: 1024, sensitive: true}
                  expiresAt: {kind: instant}
                channels: ["customers.{customerId}", "customers.{order.customer}"]
                forms: {wia: payment_failed, sse: payment_failed, tabletap: payment_failed}

              # ── People and counters of a cafe ──────────────────────────────────────────────────────────────

              employee_status_changed:
                summary: Somebody came to work, or left.
                publishers:
                  - {roles: [platform]}
                  - {roles: [manager], site: cafeId}
                  - {roles: [employee], site: cafeId, own: employeeId}
                fields:
                  cafeId: {kind: identifier, required: true, address: true}
                  employeeId: {kind: identifier, required: true}
                  name: {kind: string, bytes: 128, sensitive: true}
                  status: {kind: string, bytes: 32, required: true}
                  location: {kind: string, bytes: 128}
                  shift: {kind: object, bytes: 1024}
                channels: ["cafe_staff.{cafeId}"]
                forms:
                  wia: employee_status_changed
                  sse: employee_status_changed
                  tabletap: employee_status_changed
                accepted: {tabletap: employee_status_changed}

              break_started:
                summary: Somebody takes a break, and who stands in.
                publishers:
                  - {roles: [platform]}
                  - {roles: [manager], site: cafeId}
                  - {roles: [employee], site: cafeId, own: employeeId}
                fields:
                  cafeId: {kind: identifier, required: true, address: true}
                  employeeId: {kind: identifier, required: true}
                  name: {kind: string, bytes: 128, sensitive: true}
                  breakType: {kind: string, bytes: 64}
                  duration: {kind: number, minimum: 0, maximum: 1440}
                  coveringEmployees: {kind: array, bytes: 4096}
                  returnTime: {kind: instant}
                channels: ["cafe_staff.{cafeId}"]
                forms: {wia: break_started, sse: break_started, tabletap: break_started}
                accepted: {tabletap: break_started}

              counter_status_changed:
                summary: A counter was opened or closed.
                publishers:
                  - {roles: [platform]}
                  - {roles: [manager, employee], site: cafeId}
                fields:
                  cafeId: {kind: identifier, required: true, address: true}
                  counterId: {kind: identifier, required: true}
                  name: {kind: string, bytes: 128}
                  previousStatus: {kind: string, bytes: 32}
                  currentStatus: {kind: string, bytes: 32, required: true}
                  reason: {kind: string, bytes: 256}
                  estimatedDowntime: {kind: number, minimum: 0, maximum: 100000}
                  affectedOrders: {kind: array, bytes: 8192}
                  updatedBy: {kind: identifier, filled: subject}
                channels: ["cafes.{cafeId}", "counter_status.{counterId}"]
                forms:
                  wia: counter_status_changed
                  sse: counter_status_changed
                  tabletap: counter_status_changed
                accepted: {tabletap: counter_status_changed}

              metrics_update:
                summary: How a cafe is doing. The newest takes the place of the one before.
                class: state
                publishers:
                  - {roles: [platform]}
                  - {roles: [manager], site: cafeId}
                fields:
                  cafeId: {kind: identifier, required: true, address: true}
                  period: {kind: string, bytes: 64}
                  metrics: {kind: object, bytes: 8192, required: true, sensitive: true}
                  counters: {kind: array, bytes: 8192}
                channels: ["cafe_metrics.{cafeId}"]
                forms: {wia: metrics_update, sse: metrics_update, tabletap: metrics_update}

              cafe_alert:
                summary: Something in a cafe needs its manager.
                publishers:
                  - {roles: [platform]}
                  - {roles: [manager], site: cafeId}
                fields:
                  cafeId: {kind: identifier, required: true, address: true}
                  severity: {kind: enum, required: true, values: [info, warning, critical]}
                  category: {kind: string, bytes: 64, required: true}
                  message: {kind: string, bytes: 512, required: true}
                  counterId: {kind: identifier}
                  currentWaitTime: {kind: number, minimum: 0, maximum: 100000}
                  currentValue: {kind: number, minimum: -1e9, maximum: 1e9}
                  threshold: {kind: number, minimum: -1e9, maximum: 1e9}
                  suggestedActions: {kind: array, bytes: 4096}
                channels: ["sites.{cafeId}"]
                forms: {wia: cafe_alert, sse: cafe_alert, tabletap: alert}

              maintenance:
                summary: The system will be away for a while.
                publishers: [{roles: [platform]}]
                fields:
                  message: {kind: string, bytes: 512, required: true}
                  startsAt: {kind: instant}
                  endsAt: {kind: instant}
                channels: [system.maintenance]
                forms: {wia: maintenance, sse: maintenance, tabletap: maintenance}

              # ── The way of an order ────────────────────────────────────────────────────────────────────────

              eta_update:
                summary: An order will arrive at another time than was said.
                publishers:
                  - {roles: [platform]}
                  - {roles: [driver], party: true}
                fields:
                  orderId: {kind: identifier, required: true}
                  previousEta: {kind: instant}
                  newEta: {kind: instant, required: true}
                  reason: {kind: string, bytes: 128}
                  confidence: {kind: number, minimum: 0, maximum: 1}
                channels: ["orders.{orderId}", "tracking.{orderId}"]
                forms:
                  wia: eta_update
                  sse: eta_update
                  tracking: eta_update
                  booking: eta_update
                  socketio: order:eta_update

              driver_location:
                summary: >-
                  Where a driver is. It becomes a fix of what they drive, judged as those of trackers are, and is
                  told as location_update, driver_location_update and order:driver_location.
                class: state
                effect: position
                publishers:
                  - {roles: [driver], own: driverId, party: true}
                  - {roles: [platform]}
                fields:
                  driverId: {kind: identifier, required: true}
                  orderId: {kind: identifier}
                  latitude: {kind: number, required: true, minimum: -90, maximum: 90}
                  longitude: {kind: number, required: true, minimum: -180, maximum: 180}
                  # Metres, degrees from north, and km/h.
                  accuracy: {kind: number, minimum: 0, maximum: 100000}
                  heading: {kind: number, minimum: 0, maximum: 360}
                  speed: {kind: number, minimum: 0, maximum: 2000}
                accepted:
                  wia: location_update
                  socketio: driver:location_update
                  booking: driver_location_update

              driver_status_changed:
                summary: >-
                  A driver takes orders, or does not. Freshwire tells it by itself of a driver whose heartbeats are
                  missed (offline, heartbeats_missed) and who is heard again (heard_again), and then of each order
                  that the driver has under way, too.
                publishers:
                  - {roles: [platform]}
                  - {roles: [driver], own: driverId, party: true}
                fields:
                  driverId: {kind: identifier, required: true}
                  # Whose people are told.
                  orderId: {kind: identifier}
                  status: {kind: enum, required: true, values: [available, busy, on_break, offline]}
                  reason: {kind: string, bytes: 128}
                  lastHeardAt: {kind: instant}
                channels: ["drivers.{driverId}", "users.{driverId}", "orders.{orderId}", "tracking.{orderId}"]
                forms:
                  wia: driver_status_changed
                  sse: driver_status_changed
                  booking: driver_status_changed
                  socketio: driver:status_changed
                accepted: {socketio: driver:status}

              driver_heartbeat:
                summary: >-
                  A driver's program is there, and whether the driver takes deliveries. It is not told; where the
                  driver was told to be offline, or the availability is another, driver_status_changed is.
                class: state
                effect: heartbeat
                publishers:
                  - {roles: [driver], own: driverId}
                  - {roles: [platform]}
                fields:
                  driverId: {kind: identifier, required: true}
                  availability: {kind: enum, values: [available, unavailable, busy, on_break, offline]}
                accepted: {wia: heartbeat, socketio: driver:heartbeat, booking: heartbeat}

              # ── Offers and notices ─────────────────────────────────────────────────────────────────────────

              merchant:new_order:
                summary: >-
                  A restaurant is offered an order, which it has so many seconds to take. What is told has the
                  name of the offer and the end of its time, which Freshwire fills in.
                effect: order_offer
                critical: true
                confirmed_by: {socketio: [merchant]}
                publishers: [{roles: [platform]}]
                fields:
                  merchantId: {kind: identifier, required: true, address: true}
                  orderId: {kind: identifier, required: true}
                  items: {kind: array, bytes: 8192, required: true}
                  timer: {kind: integer, minimum: 1, maximum: 3600}
                  offerId: {kind: identifier}
                  expiresAt: {kind: instant}
                channels: ["merchants.{merchantId}"]
                forms: {wia: new_order, sse: new_order, socketio: merchant:new_order}

              merchant:accept_order:
                summary: A restaurant takes an order that it was offered. The first to take it gets it.
                effect: accept_offer
                publishers: [{roles: [merchant]}]
                fields:
                  offerId: {kind: identifier}
                  orderId: {kind: identifier}
                accepted: {wia: accept_order, socketio: merchant:accept_order}

              merchant:decline_order:
                summary: A restaurant does not want an order that it was offered.
                effect: decline_offer
                publishers: [{roles: [merchant]}]
                fields:
                  offerId: {kind: identifier}
                  orderId: {kind: identifier}
                  reason: {kind: string, bytes: 256}
                accepted: {wia: decline_order, socketio: merchant:decline_order}

              delivery:new_request:
                summary: >-
                  A delivery is offered to one driver or, where none is named, to every driver who is known to be
                  within so many metres of the pickup. What is told has the name of the offer and the end of its
                  time, which Freshwire fills in.
                effect: delivery_offer
                critical: true
                confirmed_by: {socketio: [driver]}
                publishers: [{roles: [platform]}]
                fields:
                  driverId: {kind: identifier, address: true}
                  orderId: {kind: identifier, required: true}
                  pickup: {kind: object, bytes: 2048, required: true, sensitive: true}
                  drop: {kind: object, bytes: 2048, required: true, sensitive: true}
                  fare: {kind: number, minimum: 0, maximum: 1e9}
                  timer: {kind: integer, minimum: 1, maximum: 3600}
                  # Metres.
                  radius: {kind: number, minimum: 1, maximum: 100000, address: true}
                  # Whether the order gets the driver who takes it.
                  assignDriver: {kind: boolean, address: true}
                  offerId: {kind: identifier}
                  expiresAt: {kind: instant}
                channels: ["drivers.{driverId}", "users.{driverId}"]
                forms:
                  wia: new_request
                  sse: new_request
                  socketio: delivery:new_request
                  booking: assignment_offer

              delivery:accept:
                summary: A driver takes a delivery that was offered. The first to take it gets it.
                effect: accept_offer
                publishers: [{roles: [driver]}]
                fields:
                  offerId: {kind: identifier}
                  orderId: {kind: identifier}
                accepted: {wia: accept_request, socketio: delivery:accept, booking: assignment_accept}

              delivery:decline:
                summary: A driver does not want a delivery that was offered.
                effect: decline_offer
                publishers: [{roles: [driver]}]
                fields:
                  offerId: {kind: identifier}
                  orderId: {kind: identifier}
                  reason: {kind: string, bytes: 256}
                accepted: {wia: decline_request, socketio: delivery:decline, booking: assignment_decline}

              offer_accepted:
                summary: Somebody took an offer. Its publisher is told, and whoever took it.
                effect: own
                fields:
                  offerId: {kind: identifier, required: true}
                  orderId: {kind: identifier, required: true}
                  kind: {kind: enum, required: true, values: [order, delivery]}
                  acceptedBy: {kind: identifier, required: true}
                  acceptedAt: {kind: instant, required: true}
                channels: ["users.{publisher}", "drivers.{acceptedBy}", "merchants.{acceptedBy}"]
                forms:
                  wia: offer_accepted
                  sse: offer_accepted
                  socketio: offer:accepted
                  booking: assignment_accepted

              offer_declined:
                summary: Somebody does not want an offer; the publisher is told how many others may still take it.
                effect: own
                fields:
                  offerId: {kind: identifier, required: true}
                  orderId: {kind: identifier, required: true}
                  kind: {kind: enum, required: true, values: [order, delivery]}
                  declinedBy: {kind: identifier, required: true}
                  remaining: {kind: integer, required: true, minimum: 0, maximum: 100000}
                channels: ["users.{publisher}"]
                forms: {wia: offer_declined, sse: offer_declined}

              delivery:request_taken:
                summary: A delivery that was offered to a driver, or an order to a restaurant, is somebody else's.
                effect: own
                fields:
                  offerId: {kind: identifier, required: true}
                  orderId: {kind: identifier, required: true}
                  kind: {kind: enum, required: true, values: [order, delivery]}
                  at: {kind: instant, required: true}
                channels: ["drivers.{driverId}", "users.{driverId}", "merchants.{merchantId}"]
                forms:
                  wia: request_taken
                  sse: request_taken
                  socketio: delivery:request_taken
                  booking: assignment_taken

              offer_expired:
                summary: Nobody took an offer in its time. Those who were asked are told, its publisher, and staff.
                effect: own
                critical: true
                fields:
                  offerId: {kind: identifier, required: true}
                  orderId: {kind: identifier, required: true}
                  kind: {kind: enum, required: true, values: [order, delivery]}
                  at: {kind: instant, required: true}
                  asked: {kind: integer, minimum: 0, maximum: 100000}
                channels:
                  - "users.{publisher}"
                  - alerts.all
                  - "drivers.{driverId}"
                  - "users.{driverId}"
                  - "merchants.{merchantId}"
                forms:
                  wia: offer_expired
                  sse: offer_expired
                  socketio: offer:expired
                  booking: assignment_expired

              notice:
                summary: Something that a user should know of their bookings, such as a surge or a policy.
                publishers: [{roles: [platform]}]
                fields:
                  userId: {kind: identifier, required: true, address: true}
                  category: {kind: string, bytes: 64, required: true}
                  title: {kind: string, bytes: 256}
                  body: {kind: string, bytes: 2048, required: true}
                  orderId: {kind: identifier}
                  data: {kind: object, bytes: 4096}
                channels: ["users.{userId}"]
                forms: {wia: notice, sse: notice, booking: notice}

              notification:
                summary: A message that is to be shown to a user, with what they can do.
                publishers: [{roles: [platform]}]
                fields:
                  userId: {kind: identifier, address: true}
                  notificationType:
                    kind: enum
                    required: true
                    values:
                      - order_confirmed
                      - preparing
                      - ready_for_pickup
                      - driver_assigned
                      - out_for_delivery
                      - nearby
                      - delivered
                      - completed
                  priority: {kind: enum, required: true, values: [low, normal, high]}
                  orderId: {kind: identifier, required: true}
                  title: {kind: string, bytes: 256, required: true}
                  body: {kind: string, bytes: 2048, required: true}
                  data: {kind: object, bytes: 4096}
                  actions: {kind: array, bytes: 4096}
                channels:
                  - "customers.{order.customer}"
                  - "users.{order.customer}"
                  - "users.{userId}"
                forms:
                  wia: notification
                  sse: notification
                  booking: notification
                  socketio: notification

              chat_message:
                summary: Somebody says something about a booking.
                publishers:
                  - {roles: [customer, driver], party: true}
                  - {roles: [platform]}
                fields:
                  orderId: {kind: identifier, required: true}
                  fromRole: {kind: enum, required: true, values: [client, driver, support], filled: role}
                  fromId: {kind: identifier, required: true, filled: subject}
                  clientMessageId: {kind: string, bytes: 128, filled: message}
                  content: {kind: string, bytes: 2000, required: true, sensitive: true}
                  sentAt: {kind: instant, required: true, filled: time}
                channels: ["chat.{orderId}"]
                forms: {wia: chat_message, sse: chat_message, booking: chat_message}
                accepted: {wia: chat_message, booking: chat_message, socketio: chat_message}

              # ── What Freshwire tells by itself ─────────────────────────────────────────────────────────────

              temperature_update:
                summary: The newest temperature of a bag.
                class: state
                effect: own
                fields:
                  orderId: {kind: identifier}
                  bagId: {kind: identifier, required: true}
                  deviceId: {kind: identifier, required: true}
                  temperature: {kind: number, required: true, minimum: -1000, maximum: 1000}
                  unit: {kind: string, bytes: 8, required: true}
                  humidity: {kind: number, minimum: 0, maximum: 100}
                  measuredAt: {kind: instant, required: true}
                  receivedAt: {kind: instant, required: true}
                  quality: {kind: string, bytes: 16, required: true}
                  withinLimit: {kind: boolean}
                channels: ["orders.{orderId}", "bags.{bagId}"]
                forms: {wia: temperature_update, sse: temperature_update, tracking: temperature_update}

              location_update:
                summary: The newest position of a vehicle.
                class: state
                effect: own
                fields:
                  driverId: {kind: identifier}
                  orderId: {kind: identifier}
                  vehicleId: {kind: identifier}
                  location: {kind: object, bytes: 1024, required: true}
                  eta: {kind: instant}
                channels: ["orders.{orderId}", "tracking.{orderId}", "drivers.{driverId}", "vehicles.{vehicleId}"]
                forms:
                  wia: location_update
                  sse: location_update
                  tracking: location_update
                  booking: driver_location_update
                  socketio: order:driver_location

              order_update:
                summary: An order was made known, or has another status.
                effect: own
                critical: true
                confirmed_by: {tabletap: [customer]}
                fields:
                  orderId: {kind: identifier, required: true}
                  status: {kind: string, bytes: 32, required: true}
                  previousStatus: {kind: string, bytes: 32}
                  deliveryTime: {kind: instant}
                  estimatedPreparation: {kind: instant}
                  estimatedTime: {kind: number, minimum: 0, maximum: 100000}
                  message: {kind: string, bytes: 512}
                channels:
                  - "orders.{orderId}"
                  - "customers.{order.customer}"
                  - "merchants.{order.restaurant}"
                  - "drivers.{order.driver}"
                  - "users.{order.customer}"
                  - "users.{order.driver}"
                forms:
                  wia: order_update
                  sse: order_update
                  tracking: order_update
                  tabletap: order_status_changed
                  booking: booking_status_changed
                  socketio: order:status_update

              temperature_alert:
                summary: An excursion of the food's temperature became an alarm, is over, or was found otherwise.
                effect: own
                critical: true
                fields:
                  orderId: {kind: identifier, required: true}
                  bagId: {kind: identifier, required: true}
                  deviceId: {kind: identifier, required: true}
                  state: {kind: enum, required: true, values: [opened, closed, revised, corrected]}
                  severity: {kind: string, bytes: 16, required: true}
                  foodClass: {kind: string, bytes: 16, required: true}
                  limit: {kind: object, bytes: 512, required: true}
                  temperature: {kind: number, minimum: -1000, maximum: 1000}
                  peak: {kind: number, required: true, minimum: -1000, maximum: 1000}
                  openedAt: {kind: instant, required: true}
                  closedAt: {kind: instant}
                channels: ["orders.{orderId}", "bags.{bagId}", "merchants.{order.restaurant}", "sites.{order.cafe}"]
                forms:
                  wia: temperature_alert
                  sse: temperature_alert
                  tracking: temperature_alert
                  tabletap: alert
                  booking: temperature_alert
                  socketio: order:temperature_alert

              data_loss:
                summary: A bag fell silent while its food was outside the limit, or was heard again.
                effect: own
                critical: true
                fields:
                  orderId: {kind: identifier, required: true}
                  bagId: {kind: identifier, required: true}
                  deviceId: {kind: identifier}
                  state: {kind: enum, required: true, values: [lost, returned, recovered]}
                  from: {kind: instant, required: true}
                  until: {kind: instant}
                channels: ["orders.{orderId}", "bags.{bagId}"]
                forms:
                  wia: data_loss
                  sse: data_loss
                  tracking: data_loss
                  tabletap: alert
                  booking: data_loss
                  socketio: order:data_loss

              sensor_silent:
                summary: A sensor of a bag with an order fell silent, or still is.
                effect: own
                fields:
                  orderId: {kind: identifier, required: true}
                  bagId: {kind: identifier, required: true}
                  deviceId: {kind: identifier}
                  lastHeard: {kind: instant}
                  silentSince: {kind: instant, required: true}
                channels: ["orders.{orderId}", "bags.{bagId}"]
                forms:
                  wia: sensor_silent
                  sse: sensor_silent
                  tracking: sensor_silent
                  tabletap: alert
                  booking: sensor_silent
                  socketio: sensor:silent

              sensor_returned:
                summary: A sensor that was silent was heard again.
                effect: own
                fields:
                  orderId: {kind: identifier, required: true}
                  bagId: {kind: identifier, required: true}
                  deviceId: {kind: identifier}
                  silentSince: {kind: instant, required: true}
                  returnedAt: {kind: instant}
                channels: ["orders.{orderId}", "bags.{bagId}"]
                forms:
                  wia: sensor_returned
                  sse: sensor_returned
                  tracking: sensor_returned
                  tabletap: alert
                  booking: sensor_returned
                  socketio: sensor:returned

              alert_update:
                summary: An alert that staff look after was raised, or changed.
                effect: own
                fields:
                  change: {kind: string, bytes: 32, required: true}
                  at: {kind: instant, required: true}
                channels: ["alerts.all"]
                forms: {wia: alert_update, sse: alert_update, socketio: alert:update}

              delivery_unconfirmed:
                summary: A critical message was told as often as it may be, and its recipient never confirmed it.
                effect: own
                fields:
                  messageId: {kind: string, bytes: 256, required: true}
                  type: {kind: string, bytes: 64, required: true}
                  recipient: {kind: identifier, required: true}
                  told: {kind: integer, required: true, minimum: 0, maximum: 1000}
                channels: ["alerts.all"]
                forms:
                  wia: delivery_unconfirmed
                  sse: delivery_unconfirmed
                  socketio: delivery:unconfirmed

            """#
        )
    ]
}
