package service

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"runtime"
	"strconv"
)

// Here are the options for this machine and for who runs this process.
func Here(env func(string) string) (Options, error) {
	program, err := os.Executable()
	if err != nil {
		return Options{}, fmt.Errorf("where this program lies is not known: %w", err)
	}
	o := Options{System: runtime.GOOS, UID: os.Getuid(), User: env("USER"), Home: env("HOME"), Env: env,
		Program: program, Alive: Alive}
	if who, err := user.Current(); err == nil { // else the environment says it
		o.User, o.Home = who.Username, cmp.Or(o.Home, who.HomeDir)
	}
	o.Run = Programs{Env: session(env, o.UID)}
	return o, nil
}

// session is where systemctl finds the systemd of a person: su leaves it out, though it may be there.
func session(env func(string) string, uid int) []string {
	runtime := "/run/user/" + strconv.Itoa(uid)
	if env("XDG_RUNTIME_DIR") != "" || !exists(runtime) {
		return nil
	}
	return []string{"XDG_RUNTIME_DIR=" + runtime}
}
