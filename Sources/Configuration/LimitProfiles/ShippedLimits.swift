// Written by Sources/embed from the files under Limits; change those.
// swift-format-ignore-file: the texts keep their own lines.

/// The limits that are part of the program.
enum ShippedLimits {
    /// Each file by its name under `Limits`, with its text.
    static let files: [(name: String, text: String)] = [
        (
            name: "au-fsanz-3.2.2.yaml",
            text: #"""
            id: au-fsanz-3.2.2
            version: 1
            title: >-
              Australia, Food Standards Code 3.2.2, with the 2-hour/4-hour rule. It says 'frozen' without a
              number.
            edition: "3.2.2"
            unit_of_record: °C

            limits:
              hot_hold_minimum:
                value: 60
                rule: FSANZ 3.2.2
                source: as read at foodstandards.govt.nz, the guide to 3.2.2 and the fact sheet on the 2-hour/4-hour rule
                verified: true
              cold_hold_maximum:
                value: 5
                rule: FSANZ 3.2.2
                source: as read at foodstandards.govt.nz, the guide to 3.2.2 and the fact sheet on the 2-hour/4-hour rule
                verified: true
              cumulative_rechill_before:
                value: 2h
                rule: FSANZ 2-hour/4-hour rule
                source: as read at foodstandards.govt.nz, the guide to 3.2.2 and the fact sheet on the 2-hour/4-hour rule
                verified: true
                note: Summed over receipt, preparation, storage, transport and display.
              cumulative_discard_from:
                value: 4h
                rule: NSW 2-hour/4-hour rule
                source: as read at healthtranslations.vic.gov.au
                verified: true
                note: "NSW says '4 hours or longer', FSANZ 'more than 4 hours'; the safer one is used."

            """#
        ),
        (
            name: "jp-mass-catering.yaml",
            text: #"""
            id: jp-mass-catering
            version: 1
            title: >-
              Japan, MHLW manual for large-scale cooking: 300 meals at once or 750 a day and more.
            edition: "MHLW manual"
            unit_of_record: °C

            limits:
              hot_hold_minimum:
                value: 65
                rule: Large-scale cooking manual
                source: as read at mass-cooking.work, the full text with explanations, and in a quiz at qrcode.medicmedia.com
                verified: true
              cold_hold_maximum:
                value: 10
                rule: Large-scale cooking manual
                source: as read at mass-cooking.work, the full text with explanations, and in a quiz at qrcode.medicmedia.com
                verified: true
              frozen_hold_maximum:
                value: -15
                rule: not looked up
                source: known by hearsay; read the text before relying on it
                verified: false
              eat_within:
                value: 2h
                rule: Large-scale cooking manual
                source: as read at mass-cooking.work, the full text with explanations, and in a quiz at qrcode.medicmedia.com
                verified: true
                note: From the end of cooking.

            """#
        ),
        (
            name: "kr-mfds.yaml",
            text: #"""
            id: kr-mfds
            version: 1
            title: >-
              Korea, MFDS Food Code chapter 6, section 4(4).
            edition: "chapter 6, section 4(4)"
            unit_of_record: °C

            limits:
              hot_hold_minimum:
                value: 60
                rule: MFDS Food Code ch. 6 § 4(4)
                source: as read at foodsafetykorea.go.kr, foodcode/01_03.jsp?idx=10254
                verified: true
                note: "The code says 'as far as possible'."
              cold_hold_maximum:
                value: 10
                rule: MFDS Food Code ch. 6 § 4(4)
                source: as read at foodsafetykorea.go.kr, foodcode/01_03.jsp?idx=10254
                verified: true
                note: "The code says 'as far as possible'."
              frozen_hold_maximum:
                value: -18
                rule: not looked up
                source: known by hearsay; read the text before relying on it
                verified: false

            """#
        ),
        (
            name: "uk.yaml",
            text: #"""
            id: uk
            version: 1
            title: >-
              United Kingdom, Schedule 4 of the food hygiene regulations. The tolerances are defences that
              people have to argue; nothing is cleared by them.
            edition: "W 2006/31, NI 2006/3, E 2013/2996"
            unit_of_record: °C

            limits:
              hot_hold_minimum:
                value: 63
                rule: Schedule 4
                source: as read at legislation.gov.uk, wsi/2006/31/schedule/4 and nisr/2006/3/schedule/4
                verified: true
              cold_hold_maximum:
                value: 8
                rule: Schedule 4
                source: as read at legislation.gov.uk, wsi/2006/31/schedule/4 and nisr/2006/3/schedule/4
                verified: true
              frozen_hold_maximum:
                value: -18
                rule: not looked up
                source: known by hearsay; read the text before relying on it
                verified: false
              display_cold_tolerance:
                value: 4h
                rule: Schedule 4 paragraph 5
                source: as read at legislation.gov.uk, wsi/2006/31/schedule/4 and nisr/2006/3/schedule/4
                verified: true
                note: One period of service or display below 4 h is a defence, not a limit.
              display_hot_tolerance:
                value: 2h
                rule: Schedule 4
                source: as read at legislation.gov.uk, wsi/2006/31/schedule/4 and nisr/2006/3/schedule/4
                verified: true
                note: A defence, not a limit.

            """#
        ),
        (
            name: "us-fda-2022-F.yaml",
            text: #"""
            id: us-fda-2022-F
            version: 1
            title: >-
              FDA Food Code 2022, compared strictly in °F. 135 °F is 57.22 °C; 57.1 °C passes the text in °C
              and fails this one.
            edition: "2022"
            unit_of_record: °F

            limits:
              hot_hold_minimum:
                value: 135
                rule: Food Code 3-501.16(A)(1)
                source: "as read at casetext.com in Delaware's 3-501.16, which adopts the text"
                verified: true
              roast_hold_minimum:
                value: 130
                rule: Food Code 3-501.16(A)(1), roasts
                source: "as read at casetext.com in Delaware's 3-501.16, which adopts the text"
                verified: true
                note: For roasts cooked or reheated as the code says; use it by an override for the product.
              cold_hold_maximum:
                value: 41
                rule: Food Code 3-501.16(A)(2)
                source: "as read at casetext.com in Delaware's 3-501.16, which adopts the text"
                verified: true
              time_control_maximum:
                value: 4h
                rule: Food Code 3-501.19(B)
                source: "as read at regulations.justia.com in Wisconsin's ATCP 75, 3-501.19"
                verified: true
              time_control_produce_ceiling:
                value: 70
                rule: Food Code 3-501.19(B)(2)
                source: "as read at regulations.justia.com in Virginia's 2VAC5-585-850"
                verified: true
                note: Newer editions only. Produce that becomes TCS food when cut, and hermetically sealed food when opened.
              time_control_cold_maximum:
                value: 6h
                rule: Food Code 3-501.19(C)
                source: "as read at regulations.justia.com in Wisconsin's ATCP 75, 3-501.19"
                verified: true
                note: Cold food only.
              time_control_cold_ceiling:
                value: 70
                rule: Food Code 3-501.19(C)(1)
                source: "as read at regulations.justia.com in Wisconsin's ATCP 75, 3-501.19"
                verified: true
              cooling_first_stage:
                value: 2h
                rule: Food Code 3-501.14(A)(1)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true
                note: Data for the kitchen; no delivery is judged by it.
              cooling_first_stage_target:
                value: 70
                rule: Food Code 3-501.14(A)(1)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true
              cooling_total:
                value: 6h
                rule: Food Code 3-501.14(A)(2)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true
              cooling_from_ambient:
                value: 4h
                rule: Food Code 3-501.14(B)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true

            """#
        ),
        (
            name: "us-fda-2022.yaml",
            text: #"""
            id: us-fda-2022
            version: 1
            title: >-
              FDA Food Code 2022, a model that states adopt in different editions; temperatures as printed in
              °C.
            edition: "2022"
            unit_of_record: °C

            limits:
              hot_hold_minimum:
                value: 57
                rule: Food Code 3-501.16(A)(1)
                source: "as read at casetext.com in Delaware's 3-501.16, which adopts the text"
                verified: true
              roast_hold_minimum:
                value: 54
                rule: Food Code 3-501.16(A)(1), roasts
                source: "as read at casetext.com in Delaware's 3-501.16, which adopts the text"
                verified: true
                note: For roasts cooked or reheated as the code says; use it by an override for the product.
              cold_hold_maximum:
                value: 5
                rule: Food Code 3-501.16(A)(2)
                source: "as read at casetext.com in Delaware's 3-501.16, which adopts the text"
                verified: true
              time_control_maximum:
                value: 4h
                rule: Food Code 3-501.19(B)
                source: "as read at regulations.justia.com in Wisconsin's ATCP 75, 3-501.19"
                verified: true
              time_control_produce_ceiling:
                value: 21
                rule: Food Code 3-501.19(B)(2)
                source: "as read at regulations.justia.com in Virginia's 2VAC5-585-850"
                verified: true
                note: Newer editions only. Produce that becomes TCS food when cut, and hermetically sealed food when opened.
              time_control_cold_maximum:
                value: 6h
                rule: Food Code 3-501.19(C)
                source: "as read at regulations.justia.com in Wisconsin's ATCP 75, 3-501.19"
                verified: true
                note: Cold food only.
              time_control_cold_ceiling:
                value: 21
                rule: Food Code 3-501.19(C)(1)
                source: "as read at regulations.justia.com in Wisconsin's ATCP 75, 3-501.19"
                verified: true
              cooling_first_stage:
                value: 2h
                rule: Food Code 3-501.14(A)(1)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true
                note: Data for the kitchen; no delivery is judged by it.
              cooling_first_stage_target:
                value: 21
                rule: Food Code 3-501.14(A)(1)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true
              cooling_total:
                value: 6h
                rule: Food Code 3-501.14(A)(2)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true
              cooling_from_ambient:
                value: 4h
                rule: Food Code 3-501.14(B)
                source: "as read at casetext.com in Delaware's 3-501.14, which adopts the text"
                verified: true

            """#
        ),
    ]
}
