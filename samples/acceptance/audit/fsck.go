// Command fsck checks an audit log with golang.org/x/mod alone: the signature on its checkpoint, and that every record
// line up to that checkpoint hashes to the signed root. With a record number it also prints that record's inclusion
// proof as JSON, for other verifiers.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal("fsck: ", err)
	}
	return value
}

func main() {
	dir, vkey, proofOf := os.Args[1], must(os.ReadFile(os.Args[2])), int64(-1)
	if len(os.Args) > 3 {
		proofOf = must(strconv.ParseInt(os.Args[3], 10, 64))
	}
	verifier := must(note.NewVerifier(strings.Fields(string(vkey))[0]))
	checkpoint := must(os.ReadFile(filepath.Join(dir, "checkpoint")))
	text := strings.Split(must(note.Open(checkpoint, note.VerifierList(verifier))).Text, "\n")
	size, root := must(strconv.ParseInt(text[1], 10, 64)), must(tlog.ParseHash(text[2]))

	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, index := range indexes {
			found = append(found, hashes[index])
		}
		return found, nil
	})
	segments := must(filepath.Glob(filepath.Join(dir, "seg", "*.jsonl")))
	sort.Strings(segments)
	var seq int64
	var record string
	for _, segment := range segments {
		lines := bufio.NewReader(must(os.Open(segment)))
		for seq < size {
			line, err := lines.ReadString('\n')
			if err != nil {
				break
			}
			line = strings.TrimSuffix(line, "\n")
			hashes = append(hashes, must(tlog.StoredHashes(seq, []byte(line), reader))...)
			if seq == proofOf {
				record = line
			}
			seq++
		}
	}
	if seq < size {
		log.Fatalf("fsck: the checkpoint covers %d records, there are %d", size, seq)
	}
	if got := must(tlog.TreeHash(size, reader)); got != root {
		log.Fatalf("fsck: the records hash to %v, the checkpoint says %v", got, root)
	}
	if proofOf >= 0 {
		proof := must(tlog.ProveRecord(size, proofOf, reader))
		must(0, json.NewEncoder(os.Stdout).Encode(map[string]any{"index": proofOf, "record": record, "hashes": proof}))
		return
	}
	fmt.Printf("%d records hash to the root signed by %s\n", size, verifier.Name())
}
