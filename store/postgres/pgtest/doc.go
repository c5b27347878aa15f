// Package pgtest gives tests a PostgreSQL of their own: a real server, started by the tests and ended with them.
//
//   - Start is a server for one test, Shared one for all tests of a package. Server.Database is a fresh, empty
//     database in it, and the URL by which the program reaches it: a user who may do nothing outside their databases,
//     and a password, which no log may show.
//   - Server.Stop, Start, Pause and Resume are what happens to servers; Server.Standby follows one, and
//     Server.Promote puts it in its place.
//   - Server.Counters says what a piece of work has cost the server.
//   - Proxy is the network between a program and a server, any server: it can be cut, silent or slow.
//
// A server listens on 127.0.0.1 alone, keeps its files in a folder of its own, in memory where the system has a place
// for that, and is ended also where the tests are killed. It keeps what was committed as every PostgreSQL does, but
// with Volatile. Root's tests run it as the user postgres, since it refuses to be root's.
//
// All but this comment has the build tag peers, and fails where PostgreSQL is not installed:
//
//	apt-get install --no-install-recommends postgresql
//	go test -tags peers ./store/...
package pgtest
