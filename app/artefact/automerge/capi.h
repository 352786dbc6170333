// The part of the Automerge C interface that Longhand uses, declared by hand:
// the library itself comes with the Go module automerge-go, whose header is
// not installed anywhere a compiler would look. doc_test.go calls every one of
// these, so that a version with other shapes fails there and not in the field.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AMresult AMresult;
typedef struct AMitem AMitem;
typedef struct AMdoc AMdoc;
typedef struct AMchange AMchange;
typedef struct AMactorId AMactorId;
typedef struct AMobjId AMobjId;
typedef struct { uint8_t const *src; size_t count; } AMbyteSpan;
typedef struct { uint8_t detail[24]; } AMitems;

enum { AM_OK = 0, AM_OBJ_TEXT = 3 };
enum {
	AM_BOOL = 1 << 2, AM_CHANGE = 1 << 4, AM_HASH = 1 << 5, AM_F64 = 1 << 8, AM_INT = 1 << 9,
	AM_NULL = 1 << 11, AM_OBJ = 1 << 12, AM_STR = 1 << 13, AM_TIME = 1 << 17, AM_UINT = 1 << 18,
};

int AMresultStatus(AMresult const *);
AMbyteSpan AMresultError(AMresult const *);
AMitem *AMresultItem(AMresult *);
AMitems AMresultItems(AMresult *);
AMresult *AMresultCat(AMresult const *, AMresult const *);
void AMresultFree(AMresult *);

AMitem *AMitemsNext(AMitems *, ptrdiff_t);
int AMitemValType(AMitem const *);
AMobjId const *AMitemObjId(AMitem const *);
bool AMitemToDoc(AMitem *, AMdoc **);
bool AMitemToChange(AMitem *, AMchange **);
bool AMitemToChangeHash(AMitem const *, AMbyteSpan *);
bool AMitemToActorId(AMitem const *, AMactorId const **);
bool AMitemToBool(AMitem const *, bool *);
bool AMitemToF64(AMitem const *, double *);
bool AMitemToInt(AMitem const *, int64_t *);
bool AMitemToStr(AMitem const *, AMbyteSpan *);
AMresult *AMitemFromChangeHash(AMbyteSpan);

AMactorId const *AMobjIdActorId(AMobjId const *);
uint64_t AMobjIdCounter(AMobjId const *);
int AMobjObjType(AMdoc const *, AMobjId const *);
AMresult *AMactorIdFromBytes(uint8_t const *, size_t);
AMbyteSpan AMactorIdBytes(AMactorId const *);

AMresult *AMcreate(AMactorId const *);
AMresult *AMloadIncremental(AMdoc *, uint8_t const *, size_t);
AMresult *AMcommit(AMdoc *, AMbyteSpan, int64_t const *);
AMresult *AMgetChangeByHash(AMdoc *, uint8_t const *, size_t);
size_t AMpendingOps(AMdoc const *);
size_t AMrollback(AMdoc *);

AMresult *AMkeys(AMdoc const *, AMobjId const *, AMitems const *);
AMresult *AMmapGet(AMdoc const *, AMobjId const *, AMbyteSpan, AMitems const *);
AMresult *AMmapGetAll(AMdoc const *, AMobjId const *, AMbyteSpan, AMitems const *);
AMresult *AMmapPutStr(AMdoc *, AMobjId const *, AMbyteSpan, AMbyteSpan);
AMresult *AMmapPutBool(AMdoc *, AMobjId const *, AMbyteSpan, bool);
AMresult *AMmapPutF64(AMdoc *, AMobjId const *, AMbyteSpan, double);
AMresult *AMmapPutInt(AMdoc *, AMobjId const *, AMbyteSpan, int64_t);
AMresult *AMmapPutNull(AMdoc *, AMobjId const *, AMbyteSpan);
AMresult *AMspliceText(AMdoc *, AMobjId const *, size_t, ptrdiff_t, AMbyteSpan);
AMresult *AMtext(AMdoc const *, AMobjId const *, AMitems const *);

AMbyteSpan AMchangeRawBytes(AMchange const *);
