package outlooktest

import "net/http"

// enter counts the request among those of its mailbox, or refuses it because there are too many.
func (c *call) enter() (answer, bool) {
	if c.in == nil || c.opts.MostAtOnce < 0 {
		return answer{}, false
	}
	if c.atOnce[c.in.id]+max(c.width, 1) > c.opts.MostAtOnce {
		f := Throttled("1")
		if c.opts.Busy {
			f = Busy("1")
		}
		return answer{}.With(&f), true
	}
	if c.batch == "" {
		c.atOnce[c.in.id]++
		c.busy = true
	}
	return answer{}, false
}

// leave takes the request out of the count, when it has been answered.
func (c *call) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy {
		c.busy = false
		c.atOnce[c.in.id]--
	}
}

// Throttled is the 429 of too many requests; retryAfter, unless empty, is its Retry-After.
func Throttled(retryAfter string) Fault {
	return waiting(Error(http.StatusTooManyRequests, "ApplicationThrottled",
		"Application is over its MailboxConcurrency limit."), retryAfter)
}

// Busy is the 503 of a mailbox that has too much to do.
func Busy(retryAfter string) Fault {
	return waiting(Error(http.StatusServiceUnavailable, "MailboxConcurrency",
		"The server is busy. Please try again later."), retryAfter)
}

func waiting(f Fault, retryAfter string) Fault {
	if retryAfter != "" {
		f.Header.Set("Retry-After", retryAfter)
	}
	return f
}
