package engine

import (
	"container/heap"
	"time"
)

// queue are lines by when they are looked after, the first first. It is a heap.Interface.
type queue []*line

// Len is how many there are.
func (q queue) Len() int { return len(q) }

// Less reports which of two is first.
func (q queue) Less(i, j int) bool { return q[i].wake.Before(q[j].wake) }

// Swap swaps two.
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i+1, j+1
}

// Push is for package heap.
func (q *queue) Push(x any) {
	l, _ := x.(*line)
	*q = append(*q, l)
	l.place = len(*q)
}

// Pop is for package heap.
func (q *queue) Pop() any {
	old := *q
	l := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	l.place = 0
	return l
}

// put has a line be looked after at a time, or sooner, where that was said before.
func (q *queue) put(l *line, at time.Time) {
	switch {
	case l.place == 0:
		l.wake = at
		heap.Push(q, l)
	case at.Before(l.wake):
		l.wake = at
		heap.Fix(q, l.place-1)
	}
}

// take takes a line out.
func (q *queue) take(l *line) { heap.Remove(q, l.place-1) }
