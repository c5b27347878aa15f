package configs

import "time"

// Poll is how often calendars are asked that have no schedule of their own: by what happens in them, at least each Max,
// at most each Min, as far as the quotas of their services allow. The zero value has all go by Config.Schedule.
type Poll struct {
	Min time.Duration `yaml:"min" is:"poll"`
	Max time.Duration `yaml:"max" is:"poll"`
}

// The bounds where only one of them is written, and what may be written.
const (
	defaultPollMin = time.Minute
	defaultPollMax = time.Hour
	leastPoll      = 10 * time.Second
	mostPoll       = 24 * time.Hour
)

// On reports whether calendars are asked by what happens in them.
func (p Poll) On() bool { return p.Max > 0 }

// validatePoll checks the bounds, and fills in the one that is not written.
func (d *decoder) validatePoll(c *Config) {
	if !d.written("poll") || d.wrong("poll") || d.wrong("poll.min") || d.wrong("poll.max") {
		return
	}
	p := &c.Poll
	if !d.written("poll.max") {
		p.Max = max(defaultPollMax, p.Min)
	}
	if !d.written("poll.min") {
		p.Min = min(defaultPollMin, p.Max)
	}
	if p.Min > p.Max {
		d.failAt("poll.max", "poll.max (%s) is shorter than poll.min (%s)", p.Max, p.Min).
			mend("exchange the two")
	}
	if !d.written("schedule") {
		c.Schedule = ""
	} else {
		d.failAt("poll", "schedule and poll are two ways to say when calendars are asked").
			mend("delete one of them, or write schedule into the calendars that are to keep it")
	}
}
