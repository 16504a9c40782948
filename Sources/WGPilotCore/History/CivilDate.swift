/// A date of the Gregorian calendar, in UTC.
///
/// The years are counted from March on, so that the leap day is the last of one, and in eras of 400, after which the
/// calendar repeats itself.
struct CivilDate: Hashable, Sendable {
    /// The year.
    var year: Int64
    /// The month, 1…12.
    var month: Int64
    /// The day of the month, 1…31.
    var dayOfMonth: Int64

    private static let daysOfEra: Int64 = 146_097

    init(year: Int64, month: Int64, dayOfMonth: Int64) {
        self.year = year
        self.month = month
        self.dayOfMonth = dayOfMonth
    }

    /// The date so many days after 1970-01-01.
    init(day: Int64) {
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        let sinceMarch = day + 719_468
        let eraStart = sinceMarch.roundedDown(to: Self.daysOfEra)
        let dayOfEra = sinceMarch - eraStart
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Five months in a row have 153 days, from March on.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = eraStart / Self.daysOfEra * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// How many days it is after 1970-01-01.
    var day: Int64 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let eraStart = yearFromMarch.roundedDown(to: 400)
        let yearOfEra = yearFromMarch - eraStart
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + dayOfMonth - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return eraStart / 400 * Self.daysOfEra + dayOfEra - 719_468
    }
}
