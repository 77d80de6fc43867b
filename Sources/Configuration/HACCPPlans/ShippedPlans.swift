// Written by Sources/embed from the files under HACCP; change those.
// swift-format-ignore-file: the texts keep their own lines.

/// The HACCP plans that are part of the program.
enum ShippedPlans {
    /// Each file by its name under `HACCP`, with its text.
    static let files: [(name: String, text: String)] = [
        (
            name: "insulated-bag-delivery.yaml",
            text: #"""
            id: insulated-bag-delivery
            version: 1
            edition: "2026-11-21"
            title: Delivery of prepared food in insulated bags
            author: The authors of Freshwire, as a plan to start from
            scope: >-
              From the packing of an order into an insulated bag to its hand-over to the customer. Cooking, cooling,
              reheating and cold storage are the kitchen's, under a plan of its own. Severity and likelihood are
              assumptions: replace them by your own hazard analysis, and have the plan approved.

            product:
              description: Prepared hot, cold, frozen and ambient food, ready to eat, of one order.
              packaging: Closed containers in an insulated bag that has a temperature sensor and a seal.
              intended_use: Eaten soon after delivery, without further cooking.
              consumers: The public; highly susceptible people may be among them and are not known by the order.

            steps:
              - id: packing
                name: Packing
                description: The order is put into the bag at the restaurant; the bag is sealed.
              - id: waiting
                name: Waiting for pickup
                description: The sealed bag waits for the driver.
              - id: pickup
                name: Pickup
                description: The driver takes the bag over.
              - id: transport
                name: Transport
                description: The bag is under way by bicycle, scooter or car.
              - id: hand-over
                name: Hand-over
                description: The customer is given the food.

            hazards:
              - id: growth-in-hot-food
                kind: biological
                description: Bacteria that survived cooking as spores, such as Clostridium perfringens, grow when hot food cools down.
                step: transport
                severity: high
                likelihood: medium
                control: The air in the bag is kept at or above the limit for hot food; time since cooking is limited.
                control_points: [hot-holding, hand-over]
                basis: {source: "growth of C. perfringens as published in Food Control, read as an abstract at medworm.com; severity and likelihood are assumptions", verified: false}
              - id: growth-in-cold-food
                kind: biological
                description: Bacteria such as Listeria monocytogenes and Salmonella grow when cold food warms up.
                step: transport
                severity: high
                likelihood: medium
                control: The air in the bag is kept at or below the limit for cold food; time since preparation is limited.
                control_points: [cold-holding, hand-over]
                basis: {source: "growth of L. monocytogenes as published in the Journal of Dairy Science, read as an abstract; severity and likelihood are assumptions", verified: false}
              - id: thawing
                kind: biological
                description: Frozen food thaws, and bacteria begin to grow in it.
                step: transport
                severity: medium
                likelihood: medium
                control: The air in the bag is kept at or below the limit for frozen food, where the rules in force give one.
                control_points: [frozen-holding, hand-over]
                basis: {source: an assumption; confirm it by your own hazard analysis, verified: false}
              - id: long-wait
                kind: biological
                description: The bag waits for its driver for longer than its insulation holds.
                step: waiting
                severity: high
                likelihood: medium
                control: The bag is watched from the time it is bound to its order, before it is picked up.
                control_points: [hot-holding, cold-holding, frozen-holding]
                basis: {source: an assumption; confirm it by your own hazard analysis, verified: false}
              - id: contamination
                kind: biological
                description: Germs get onto the food by hands, a dirty bag or an open container.
                step: hand-over
                severity: high
                likelihood: low
                control: Containers stay closed and the seal intact; bags are cleaned.
                control_points: [hand-over]
                prerequisite: Personal hygiene, and cleaning of bags by a schedule.
                basis: {source: an assumption; confirm it by your own hazard analysis, verified: false}
              - id: allergens
                kind: chemical
                description: Allergens get from one order into another, or an order is given to the wrong customer.
                step: packing
                severity: high
                likelihood: low
                control: One order in a bag or containers that are closed; the order is named at hand-over.
                prerequisite: Allergen management of the kitchen, labels on containers.
                basis: {source: an assumption; confirm it by your own hazard analysis, verified: false}
              - id: cleaning-agents
                kind: chemical
                description: Rests of cleaning agents in the bag get onto the food.
                step: packing
                severity: medium
                likelihood: low
                control: Bags are rinsed and dried after cleaning.
                prerequisite: Cleaning of bags by a schedule, with agents for use around food.
                basis: {source: an assumption; confirm it by your own hazard analysis, verified: false}
              - id: foreign-bodies
                kind: physical
                description: Pieces of packaging, of the bag or of its sensor get into the food.
                step: transport
                severity: medium
                likelihood: low
                control: Containers stay closed; bags and sensors are looked at before use.
                control_points: [hand-over]
                prerequisite: Bags and sensors are looked through and replaced when worn.
                basis: {source: an assumption; confirm it by your own hazard analysis, verified: false}

            control_points:
              - id: hot-holding
                name: Hot holding in the bag
                step: transport
                food_classes: [hot]
                monitoring:
                  by: sensor
                  what: Temperature of the air in the bag. The limit is one of the food, so air is a sign of it and no measurement of it.
                  how: A sensor in the bag; each reading is put to the quality tests, then judged by the limit in force.
                  frequency: As often as the sensor measures; a longer silence leaves the time unknown and is told.
                  who: The device; staff who are told of alarms and losses of data.
                corrective_actions:
                  - when: The limit was broken for longer than the grace.
                    dispositions: [hold, discard, reject, reheat, replace, refund]
                    instruction: Hold the food at once. Nobody sells or hands it over before a qualified person has decided.
                    basis: {rule: 21 CFR 1.908(a)(6), source: "as quoted at willowstreetlegal.com; restaurants that deliver to consumers are waived from this rule, it serves as an outline only", verified: false}
                  - when: A qualified person has found the food safe, by a measurement of the food itself.
                    dispositions: [release]
                    instruction: Write down what was measured and why the food is safe, and sign it.
                  - when: Readings are missing, so that it is unknown whether the limit was kept.
                    dispositions: [hold, release, discard]
                    instruction: Measure the food itself, or treat it as if the limit had been broken.
              - id: cold-holding
                name: Cold holding in the bag
                step: transport
                food_classes: [cold]
                monitoring:
                  by: sensor
                  what: Temperature of the air in the bag. The limit is one of the food, so air is a sign of it and no measurement of it.
                  how: A sensor in the bag; each reading is put to the quality tests, then judged by the limit in force.
                  frequency: As often as the sensor measures; a longer silence leaves the time unknown and is told.
                  who: The device; staff who are told of alarms and losses of data.
                corrective_actions:
                  - when: The limit was broken for longer than the grace.
                    dispositions: [hold, discard, reject, replace, refund]
                    instruction: Hold the food at once. Nobody sells or hands it over before a qualified person has decided.
                    basis: {rule: 21 CFR 1.908(a)(6), source: "as quoted at willowstreetlegal.com; restaurants that deliver to consumers are waived from this rule, it serves as an outline only", verified: false}
                  - when: A qualified person has found the food safe, by a measurement of the food itself.
                    dispositions: [release]
                    instruction: Write down what was measured and why the food is safe, and sign it.
                  - when: Readings are missing, so that it is unknown whether the limit was kept.
                    dispositions: [hold, release, discard]
                    instruction: Measure the food itself, or treat it as if the limit had been broken.
              - id: frozen-holding
                name: Frozen holding in the bag
                step: transport
                food_classes: [frozen]
                monitoring:
                  by: sensor
                  what: Temperature of the air in the bag. The limit is one of the food, so air is a sign of it and no measurement of it.
                  how: A sensor in the bag; each reading is put to the quality tests, then judged by the limit in force.
                  frequency: As often as the sensor measures; a longer silence leaves the time unknown and is told.
                  who: The device; staff who are told of alarms and losses of data.
                corrective_actions:
                  - when: The limit was broken for longer than the grace.
                    dispositions: [hold, discard, reject, replace, refund]
                    instruction: Hold the food at once. Nobody sells or hands it over before a qualified person has decided.
                    basis: {rule: 21 CFR 1.908(a)(6), source: "as quoted at willowstreetlegal.com; restaurants that deliver to consumers are waived from this rule, it serves as an outline only", verified: false}
                  - when: A qualified person has found the food safe, by a measurement of the food itself.
                    dispositions: [release]
                    instruction: Write down what was measured and why the food is safe, and sign it.
                  - when: Readings are missing, so that it is unknown whether the limit was kept.
                    dispositions: [hold, release, discard]
                    instruction: Measure the food itself, or treat it as if the limit had been broken.
              - id: hand-over
                name: Hand-over
                step: hand-over
                food_classes: [hot, cold, frozen, ambient]
                further_limits:
                  - The seal of the bag is intact.
                  - The age since cooking is below its maximum, where one is in force.
                monitoring:
                  by: person
                  what: The temperature of the food or of the bag, the seal, the time.
                  how: A thermometer for food, by preference in the core; recorded as a checkpoint of the order.
                  frequency: At pickup, and at the hand-over of each order.
                  who: The restaurant's staff at pickup, the driver at hand-over.
                corrective_actions:
                  - when: The food is outside its limit, or the seal is broken.
                    dispositions: [hold, reject, discard, replace, refund]
                    instruction: Do not hand the food over. Tell food safety; replace the order.

            causes:
              - unknown
              - loaded_outside_limit
              - bag_opened
              - equipment_failure
              - waited_for_pickup
              - transport_delay
              - sensor_fault
              - handling_error
              - other

            verification:
              - id: sensor-calibration
                kind: calibration
                task: Compare each sensor with a reference, and register certificate, error and date.
                who: The operator's calibration laboratory, or trained staff.
                every_days: 365
                basis: {source: "auditors ask for evidence at least once a year, as read at aviot-web.pages.dev; no rule was read", verified: true}
              - id: thermometer-check
                kind: calibration
                task: Check thermometers for food in melting ice; ±1 °C.
                who: The restaurant.
                every_days: 30
                basis: {rule: Food Code 4-203.11, source: the accuracy is known by hearsay; the interval is an assumption, verified: false}
              - id: record-review
                kind: record_review
                task: Read the records of monitoring and of corrective actions, and sign them.
                who: A qualified person who did not make them.
                within_working_days: 7
                basis: {rule: 21 CFR 117.165, source: known by hearsay; restaurants are not bound by it, verified: false}
              - id: log-proof
                kind: log_proof
                task: Prove the log by its chain with `freshwire verify`, and keep its head elsewhere.
                who: The operator.
                every_days: 1
                basis: {source: a decision of the authors, verified: false}
              - id: alarm-test
                kind: alarm_test
                task: Take a bag out of its limit on purpose, and see that whoever has to be told is told.
                who: The operator, with food safety.
                every_days: 365
                basis: {source: "auditors ask for it once a year, as read at aviot-web.pages.dev; no rule was read", verified: true}
              - id: plan-review
                kind: plan_review
                task: Look through the plan, with last year's deviations; approve it anew. Also after any change of food, bags, sensors or rules.
                who: Food safety.
                every_days: 365
                basis: {source: an assumption of the authors, verified: false}

            records:
              - id: temperatures
                what: Every reading with its quality flags, as it came.
                table: temperature_log
                endpoint: GET /v1/orders/{id}/temperature
                export: freshwire export --format csv
                retention: temperature
              - id: flags
                what: What later readings made of the flags of a reading.
                table: quality_revisions
                endpoint: GET /v1/orders/{id}/temperature
                retention: temperature
              - id: deviations
                what: Every excursion with the limit and the settings it was judged by, and its revisions.
                table: excursions
                endpoint: GET /v1/orders/{id}/temperature
                export: freshwire export --format epcis
                retention: log
              - id: losses
                what: Stretches of an order's time of which readings are missing.
                table: data_gaps
                endpoint: GET /v1/orders/{id}/temperature
                retention: log
              - id: hand-overs
                what: What people measured and saw at pickup and hand-over.
                table: checkpoints
                endpoint: GET /v1/orders/{id}/checkpoints
                retention: temperature
              - id: staff-actions
                what: What people did about deviations, with who, when and the signature.
                table: staff_actions
                endpoint: GET /v1/alerts
                retention: log
              - id: calibrations
                what: Every calibration of a sensor, and the correction by it.
                table: calibrations
                endpoint: GET /v1/devices/{id}/calibrations
                retention: log
              - id: plans
                what: Every version of this plan that was in force, whole.
                table: haccp_plans
                endpoint: GET /v1/haccp/plan
                retention: log
              - id: proof
                what: The chain that shows that no record was changed.
                table: links
                export: freshwire verify
                retention: log

            """#
        )
    ]
}
