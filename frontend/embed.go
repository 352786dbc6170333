// Package frontend carries the built front end. Before it is built there is
// only a placeholder, so that everything else compiles on a fresh checkout.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the folder that Vite wrote.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, and Sub refuses nothing else
	}
	return sub
}
