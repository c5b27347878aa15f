//go:build peers

package pgtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
)

const loopback = "127.0.0.1"

// A port that is left and taken again must not go to anybody else meanwhile. The kernel hands out those from its range
// for connections, even to a client that knocks at the very port, and so reaches itself. Ports are taken from below.
const lowest, otherwise = 10240, 32768

// freePort is a port of 127.0.0.1 on which nobody listens.
func freePort() (string, error) {
	highest, err := firstHandedOut("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return "", err
	}
	for range 100 {
		port := fmt.Sprint(lowest + rand.IntN(highest-lowest))
		l, err := net.Listen("tcp", net.JoinHostPort(loopback, port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return "", errors.New("none of a hundred ports is free")
}

// firstHandedOut reads where the kernel's range begins.
func firstHandedOut(file string) (int, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return otherwise, nil
	}
	if err != nil {
		return 0, err
	}
	var first, last int
	if _, err := fmt.Fscan(strings.NewReader(string(text)), &first, &last); err != nil {
		return 0, fmt.Errorf("%s holds %q: %w", file, text, err)
	}
	if first <= lowest {
		return otherwise, nil // nothing is left below: any is as good
	}
	return first, nil
}
