package calendar

import "slices"

// spend takes n of the steps that are left, and fails when there are not so many.
func spend(left *int, n int) bool {
	*left -= n
	return *left >= 0
}

// expand emits the occurrences of a rule after its start that lie in [from, to],
// in order. All are readings of a clock on the wall; zones come later. What lies
// before from is jumped over where the rule allows it: where it ends by number
// and not every step is one, they have to be counted.
//
// It fails when the steps run out, and stops when emit says so. Every turn of
// every loop is paid for with a step, so no rule can take longer than those.
func (r *rule) expand(start, from, to int64, left *int, emit func(int64) bool) bool {
	w := walk{rule: r.completed(start), start: start, from: max(from, start), to: min(to, dayOf(10_000, 1, 1)*day-1), left: left, emit: emit, n: 1}
	if r.count > 0 && r.plain() {
		stride := r.interval * unit[r.freq]
		if r.count-1 < (w.to-start)/stride+1 {
			w.to = min(w.to, start+(r.count-1)*stride)
		}
		w.count = 0
	}
	if r.freq >= hourly {
		w.clock()
	} else {
		w.dates()
	}
	return *left >= 0 && !w.refused
}

// plain rules come again after the same time, always.
func (r *rule) plain() bool {
	return r.freq >= weekly && r.dayless() && !r.months.any && !r.positions.any && r.hours == nil && r.minutes == nil && r.seconds == nil
}

func (r *rule) dayless() bool {
	return r.weekdays == 0 && r.nth == nil && !r.monthDays.any && !r.yearDays.any && !r.weeks.any
}

// completed takes from the start what a rule leaves open.
func (r *rule) completed(start int64) rule {
	c := *r
	first := floor(start, day)
	_, m, d := civil(first)
	switch {
	case c.freq == yearly && c.dayless():
		if !c.months.any {
			c.months.add(m)
		}
		c.monthDays.add(d)
	case c.freq == yearly && c.weeks.any && c.weekdays == 0 && !c.monthDays.any && !c.yearDays.any,
		c.freq == weekly && c.weekdays == 0:
		c.weekdays = 1 << weekday(first)
	case c.freq == monthly && c.dayless():
		c.monthDays.add(d)
	}
	return c
}

type walk struct {
	rule
	start, from, to int64
	left            *int
	emit            func(int64) bool
	refused         bool  // by emit
	n               int64 // occurrences up to here, where they are counted

	hour, minute, second []int64 // what is expanded within a base
	each                 int64   // how many that makes
	length               int64   // of a base: a day, hour, minute or second
	bases                []int64 // of one period, for BYSETPOS
}

// within prepares the times of day in every base.
func (w *walk) within(length int64) {
	none := []int64{0}
	w.hour, w.minute, w.second, w.length = none, none, none, length
	of := floor(w.start, day) * day
	if length > 3600 {
		w.hour = orElse(w.hours, (w.start-of)/3600)
	}
	if length > 60 {
		w.minute = orElse(w.minutes, (w.start-of)/60%60)
	}
	if length > 1 {
		w.second = orElse(w.seconds, (w.start-of)%60)
	}
	w.each = int64(len(w.hour) * len(w.minute) * len(w.second))
}

func orElse(list []int64, n int64) []int64 {
	if list == nil {
		return []int64{n}
	}
	return list
}

func (w *walk) at(base, i int64) int64 {
	s, m := int64(len(w.second)), int64(len(w.minute))
	return base + w.hour[i/s/m]*3600 + w.minute[i/s%m]*60 + w.second[i%s]
}

// dates walks rules whose period is a day or longer.
func (w *walk) dates() {
	w.within(day)
	for k := w.jump(); spend(w.left, 1); k++ {
		first, end := w.period(k)
		if first*day > w.to || first == end || !w.span(first, end) {
			return
		}
	}
}

// period is the kth one after that of the start, in days; empty after the year 9999.
func (w *walk) period(k int64) (first, end int64) {
	from := floor(w.start, day)
	y, m, _ := civil(from)
	switch w.freq {
	case yearly:
		if y := int64(y) + k*w.interval; y < 10_000 {
			return dayOf(int(y), 1, 1), dayOf(int(y)+1, 1, 1)
		}
		return 1 << 40, 1 << 40
	case monthly:
		n := int64(y)*12 + int64(m) - 1 + k*w.interval
		if y, m := int(n/12), int(n%12)+1; y < 10_000 {
			first = dayOf(y, m, 1)
			return first, first + int64(daysIn(y, m))
		}
		return 1 << 40, 1 << 40
	case weekly:
		first = w.weekOf(from) + 7*k*w.interval
		return first, first + 7
	}
	return from + k*w.interval, from + k*w.interval + 1
}

// weekOf is the first day of the week around a day.
func (r *rule) weekOf(n int64) int64 { return n - int64((weekday(n)-r.wkst+7)%7) }

// jump is the last period that begins before the window does.
func (w *walk) jump() int64 {
	if w.count > 0 {
		return 0
	}
	first, from := floor(w.start, day), floor(w.from, day)
	y, m, _ := civil(first)
	toY, toM, _ := civil(from)
	switch w.freq {
	case yearly:
		return floor(int64(toY-y), w.interval)
	case monthly:
		return floor(int64(12*(toY-y)+toM-m), w.interval)
	case weekly:
		return floor(from-w.weekOf(first), 7*w.interval)
	}
	return floor(from-first, w.interval)
}

// span walks the days of one period. It says whether to go on.
func (w *walk) span(first, end int64) bool {
	n := first
	if w.count == 0 && !w.positions.any {
		n = max(n, floor(w.from, day))
	}
	w.bases = w.bases[:0]
	for n < end {
		if !spend(w.left, 1) {
			return false
		}
		y, m, d := civil(n)
		if w.months.any && !w.months.has(m, 0) {
			n += int64(daysIn(y, m) - d + 1)
			continue
		}
		if w.falls(n, y, m, d) {
			if w.positions.any {
				w.bases = append(w.bases, n*day)
			} else if !w.base(n * day) {
				return false
			}
		}
		n++
	}
	return w.chosen()
}

// falls says whether a day is one of the rule’s.
func (w *walk) falls(n int64, y, m, d int) bool {
	wd, inMonth := weekday(n), daysIn(y, m)
	if w.months.any && !w.months.has(m, 0) || w.monthDays.any && !w.monthDays.has(d, inMonth-d+1) {
		return false
	}
	inYear, yd := yearDays(y), int(n-dayOf(y, 1, 1))+1
	if w.yearDays.any && !w.yearDays.has(yd, inYear-yd+1) {
		return false
	}
	if w.weeks.any && !w.inWeeks(n) {
		return false
	}
	if w.weekdays == 0 && w.nth == nil || w.weekdays&(1<<wd) != 0 {
		return true
	}
	if w.nth == nil {
		return false
	}
	if w.freq == monthly || w.months.any {
		return w.nth[wd].has((d-1)/7+1, (inMonth-d)/7+1)
	}
	return w.nth[wd].has((yd-1)/7+1, (inYear-yd)/7+1)
}

// inWeeks looks at the number of the week: the first is the one with at least
// four days in its year.
func (w *walk) inWeeks(n int64) bool {
	fourth := w.weekOf(n) + 3
	y, _, _ := civil(fourth)
	number := int(fourth-dayOf(y, 1, 1))/7 + 1
	last := int(w.weekOf(dayOf(y, 12, 28))+3-dayOf(y, 1, 1))/7 + 1
	return w.weeks.has(number, last-number+1)
}

// clock walks rules whose period is an hour or shorter, and leaps over the days,
// hours and minutes that they leave out.
func (w *walk) clock() {
	u := unit[w.freq]
	w.within(u)
	cur := floor(w.start, u)
	next := func(at int64) { // the first step that is not before an instant
		cur += max(1, ceil(ceil(at, u)-cur, w.interval)) * w.interval
	}
	if w.count == 0 && floor(w.from, u) > cur {
		cur += ceil(floor(w.from, u)-cur, w.interval) * w.interval
	}
	for cur*u <= w.to && spend(w.left, 1) {
		at := cur * u
		n := floor(at, day)
		y, m, d := civil(n)
		of := at - n*day
		switch {
		case !w.falls(n, y, m, d):
			next((n + 1) * day)
		case w.hours != nil && !slices.Contains(w.hours, of/3600):
			next(at - of%3600 + 3600)
		case u <= 60 && w.minutes != nil && !slices.Contains(w.minutes, of/60%60):
			next(at - of%60 + 60)
		case u == 1 && w.seconds != nil && !slices.Contains(w.seconds, of%60):
			next(at + 1)
		default:
			if w.positions.any {
				w.bases = append(w.bases[:0], at)
				if !w.chosen() {
					return
				}
			} else if !w.base(at) {
				return
			}
			next(at + 1)
		}
	}
}

// base takes every time within a base.
func (w *walk) base(at int64) bool {
	if w.count > 0 && at > w.start && at+w.length <= w.from { // only their number matters
		w.n += w.each
		return w.n < w.count
	}
	for i := range w.each {
		if !w.take(w.at(at, i)) {
			return false
		}
	}
	return true
}

// chosen takes those of the times in all bases that BYSETPOS names. They are
// found by arithmetic: there may be 86,400 of them a day.
func (w *walk) chosen() bool {
	if !w.positions.any || len(w.bases) == 0 {
		return true
	}
	all := int64(len(w.bases)) * w.each
	var places []int64
	for p := range int64(366) {
		if p < all && w.positions.has(int(p)+1, 0) {
			places = append(places, p)
		}
		if p < all && w.positions.has(0, int(p)+1) {
			places = append(places, all-1-p)
		}
	}
	if !spend(w.left, 1+len(places)) {
		return false
	}
	slices.Sort(places)
	for _, p := range slices.Compact(places) {
		if !w.take(w.at(w.bases[p/w.each], p%w.each)) {
			return false
		}
	}
	return true
}

// take is one occurrence. It says whether to go on.
func (w *walk) take(at int64) bool {
	if at <= w.start { // the start is the first, whatever the rule says
		return spend(w.left, 1)
	}
	if at > w.to || w.count > 0 && w.n >= w.count || !spend(w.left, 1) {
		return false
	}
	w.n++
	if at >= w.from && !w.emit(at) {
		w.refused = true
		return false
	}
	return true
}
