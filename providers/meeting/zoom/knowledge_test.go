package zoom

import (
	"strconv"
	"testing"
	"time"
)

// TestKnowledgeOfMany: what is known of each of an organisation's people stays known as long as it is good, within
// bounds.
func TestKnowledgeOfMany(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)
	var k knowledge
	known := func(from, to int) (n int) {
		for i := from; i < to; i++ {
			if licensed, ok := k.licence(strconv.Itoa(i), now); ok && licensed {
				n++
			}
		}
		return n
	}
	learn := func(from, to int) {
		for i := from; i < to; i++ {
			k.learnLicence(strconv.Itoa(i), true, now)
		}
	}
	learn(0, 10_000)
	if n := known(0, 10_000); n != 10_000 {
		t.Errorf("%d of 10,000 are known", n)
	}
	learn(10_000, 3*maxKnown)
	if n := len(k.licences); n > maxKnown || n < maxKnown/2 || known(3*maxKnown-100, 3*maxKnown) < 80 {
		t.Errorf("%d are kept, and %d of the last hundred", n, known(3*maxKnown-100, 3*maxKnown))
	}
	now = now.Add(licenceLife)
	learn(5*maxKnown, 6*maxKnown)
	if n := known(5*maxKnown, 6*maxKnown); n < maxKnown-maxKnown/8-1 {
		t.Errorf("of those who came when all others were over, %d are known", n)
	}
}
