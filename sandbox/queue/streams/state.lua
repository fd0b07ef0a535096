-- The queue's state in Redis: every key and every transition, each of them atomic.
--
-- KEYS[1] is the prefix of all keys; ARGV[1] names the transition, ARGV[2] is how long a lease lasts, in ms,
-- and the others are the transition's arguments.
-- A job is a hash. While it is queued or running, its id is an entry in one lane, which is a stream with a
-- consumer group, for one size and one image, as `slow:python`. `token` grows whenever it is given to a worker
-- or taken from one, and only who knows the present token can commit a result.

local P = KEYS[1]
local JOB, LANE, REQUEST = P .. ':job:', P .. ':lane:', P .. ':request:'
local WAKE = P .. ':wake'         -- list: something for each job that came, for workers that wait
local COUNTS = P .. ':counts'     -- hash: waiting, bytes, work_ms, running, kept_bytes, and what has happened
local LANES = P .. ':lanes'       -- hash: lane -> jobs that wait in it
local DONE = P .. ':done'         -- stream: ids of finished jobs, for who waits
local FINISHED = P .. ':finished' -- sorted set: finished jobs by the time of their end
local OWNED = P .. ':owned:'      -- sorted sets, one for each caller: its finished jobs, by the same time
local KEPT_RUNS = P .. ':kept_runs'   -- hash: caller -> how many those are
local KEPT_BYTES = P .. ':kept_bytes' -- hash: caller -> bytes of their results
local EXPIRES = P .. ':expires'   -- sorted set: unfinished jobs by the time at which nobody wants them any more
local WORKERS = P .. ':workers'   -- sorted set: workers by their last heartbeat
local HELLOS = P .. ':hellos'     -- hash: worker -> what it introduced itself with
local CAME = P .. ':came'         -- sorted set: workers by the stamp of the fleet that they came with
local FAULTS = P .. ':faults'     -- hash: worker -> why it has given up, for a while: not each comes back

local GROUP = 'workers'
local RETURNED = 'back:'          -- begins the lanes of jobs that a worker has lost: they go first
local MOST_DELIVERIES = 3
local LEASE_MS = tonumber(ARGV[2])
local PREFERENCE_MS = 2000        -- so much longer another image's job must have waited to go first
local FAST_SEEN_MS = 10000        -- a slot is kept free for fast jobs for so long after the last one
local FAULTS_MS = 3600000         -- faults are forgotten so long after the last one
local UNREAD_MS = 10000           -- results younger than this are kept whatever the bounds
local MOST_TOKENS, MOST_DONE, MOST_AT_ONCE = 1000, 100000, 200
local MOST_FORGOTTEN = 2000       -- in one survey, of which each API makes one a second: more than can finish

local call = redis.call
local now
do
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function count(name, by)
  call('HINCRBY', COUNTS, name, by + 0) -- of -0, which is no integer there, this makes 0
end

local function is_slow(lane)
  return string.sub(lane, 1, 5) == 'slow:'
end

local function image_of(lane)
  return string.sub(lane, 6)
end

-- The mark of the caller, with which the ids of its jobs end; empty where everybody is the same caller.
local function owner_of(id)
  return string.match(id, '^r_%x+_(%x+)$') or ''
end

local function wait_counts(lane, bytes, work_ms, sign)
  call('HINCRBY', LANES, lane, sign)
  count('waiting', sign)
  count('bytes', sign * bytes)
  count('work_ms', sign * work_ms)
end

local function enqueue(id, lane, bytes, work_ms)
  local stream = LANE .. lane
  if call('EXISTS', stream) == 0 then
    call('XGROUP', 'CREATE', stream, GROUP, '0', 'MKSTREAM')
  end
  local entry = call('XADD', stream, '*', 'id', id)
  call('HSET', JOB .. id, 'state', 'queued', 'lane', lane, 'entry', entry)
  wait_counts(lane, bytes, work_ms, 1)
  if call('LLEN', WAKE) < MOST_TOKENS then
    call('RPUSH', WAKE, '1')
  end
end

-- Takes a job out of its lane; what it was there for is over.
local function leave_lane(id)
  local job = call('HMGET', JOB .. id, 'state', 'lane', 'entry', 'bytes', 'work_ms')
  call('XACK', LANE .. job[2], GROUP, job[3])
  call('XDEL', LANE .. job[2], job[3])
  if job[1] == 'queued' then
    wait_counts(job[2], job[4], job[5], -1)
  else
    count('running', -1)
  end
  return job[4], job[5]
end

local function finish(id, state, ...)
  leave_lane(id)
  call('HSET', JOB .. id, 'state', state, 'finished', now, ...)
  call('HDEL', JOB .. id, 'payload')
  call('ZREM', EXPIRES, id)
  call('ZADD', FINISHED, now, id)
  local result, owner = call('HSTRLEN', JOB .. id, 'result'), owner_of(id)
  count('kept_bytes', result)
  call('ZADD', OWNED .. owner, now, id)
  call('HINCRBY', KEPT_RUNS, owner, 1)
  call('HINCRBY', KEPT_BYTES, owner, result)
  call('XADD', DONE, 'MAXLEN', '~', MOST_DONE, '*', 'id', id)
end

local function fail(id, code, message)
  count(code, 1)
  finish(id, 'failed', 'code', code, 'message', message)
end

local function expire(id)
  fail(id, 'expired', 'no worker was free before its deadline')
end

-- A running job that its worker has lost (or, not counted, handed back) waits again, ahead of the others.
local function give_back(id, is_counted)
  local job = call('HMGET', JOB .. id, 'deliveries', 'expires', 'lane')
  if is_counted and tonumber(job[1]) >= MOST_DELIVERIES then
    return fail(id, 'worker_died', 'the worker died during this run, ' .. job[1] .. ' times')
  elseif tonumber(job[2]) < now then
    return expire(id)
  end
  local bytes, work_ms = leave_lane(id)
  call('HINCRBY', JOB .. id, 'token', 1)
  call('HDEL', JOB .. id, 'claimed', 'worker')
  if not is_counted then
    call('HINCRBY', JOB .. id, 'deliveries', -1)
  end
  enqueue(id, RETURNED .. image_of(job[3]), bytes, work_ms)
  count('reclaimed', 1)
end

-- Gives back the entries that XPENDING found in a lane.
local function give_back_all(lane, pending, is_counted)
  for _, one in ipairs(pending) do
    local found = call('XRANGE', LANE .. lane, one[1], one[1])
    if #found == 1 then
      give_back(found[1][2][2], is_counted)
    else
      call('XACK', LANE .. lane, GROUP, one[1])
    end
  end
end

local function give_back_of(consumer, is_counted)
  for _, lane in ipairs(call('HKEYS', LANES)) do
    repeat
      local pending = call('XPENDING', LANE .. lane, GROUP, '-', '+', MOST_AT_ONCE, consumer)
      give_back_all(lane, pending, is_counted)
    until #pending < MOST_AT_ONCE
    call('XGROUP', 'DELCONSUMER', LANE .. lane, GROUP, consumer)
  end
end

-- A new stamp of the fleet, for a worker that came or went: later than all before, also in an emptied Redis.
local function stamp()
  local fresh = math.max(tonumber(call('HGET', COUNTS, 'fleet') or 0) + 1, now)
  call('HSET', COUNTS, 'fleet', fresh)
  return fresh
end

local function goes(consumer)
  call('ZREM', WORKERS, consumer)
  call('HDEL', HELLOS, consumer)
  call('ZREM', CAME, consumer)
  stamp()
end

-- Leases that have run out, workers that are silent, and jobs that nobody wants any more.
local function tidy()
  local before = tonumber(call('HGET', COUNTS, 'tidied') or 0)
  if now >= before and now - before < LEASE_MS / 20 then
    return
  end
  call('HSET', COUNTS, 'tidied', now)
  for _, lane in ipairs(call('HKEYS', LANES)) do
    local pending = call('XPENDING', LANE .. lane, GROUP, 'IDLE', LEASE_MS, '-', '+', MOST_AT_ONCE)
    give_back_all(lane, pending, true)
  end
  for _, consumer in ipairs(call('ZRANGEBYSCORE', WORKERS, '-inf', now - LEASE_MS)) do
    give_back_of(consumer, true)
    goes(consumer)
  end
  for _, id in ipairs(call('ZRANGEBYSCORE', EXPIRES, '-inf', now, 'LIMIT', 0, MOST_AT_ONCE)) do
    if call('HGET', JOB .. id, 'state') == 'queued' then
      expire(id)
    else
      call('ZREM', EXPIRES, id) -- it runs, and its limits bound that
    end
  end
end

-- A finished job goes, and all that is kept of it.
local function remove(id)
  local key = JOB .. id
  local bytes, owner = call('HSTRLEN', key, 'result'), owner_of(id)
  count('kept_bytes', -bytes)
  local request = call('HGET', key, 'request')
  if request then
    call('DEL', REQUEST .. request)
  end
  call('DEL', key)
  call('ZREM', FINISHED, id)
  if call('ZREM', OWNED .. owner, id) == 1 then
    call('HINCRBY', KEPT_BYTES, owner, -bytes)
    if call('HINCRBY', KEPT_RUNS, owner, -1) == 0 then
      call('HDEL', KEPT_RUNS, owner)
      call('HDEL', KEPT_BYTES, owner)
    end
  end
end

-- The oldest job of the caller that has most, by runs or by bytes, and when it ended; nil if nobody has any.
local function surplus(by)
  local kept, whose, most = call('HGETALL', by), nil, -1
  for index = 1, #kept, 2 do
    local number = tonumber(kept[index + 1])
    if number > most or (number == most and kept[index] < whose) then
      whose, most = kept[index], number
    end
  end
  return whose and call('ZRANGE', OWNED .. whose, 0, 0, 'WITHSCORES')
end

-- Beyond a bound the caller that has most of what is too much loses its oldest result, as in the API's memory.
local function forget(keep, keep_bytes, keep_ms)
  for _ = 1, MOST_FORGOTTEN do
    local oldest = call('ZRANGE', FINISHED, 0, 0, 'WITHSCORES')
    if #oldest == 0 then
      return
    end
    if now - tonumber(oldest[2]) <= keep_ms then
      local by
      if tonumber(call('HGET', COUNTS, 'kept_bytes')) > keep_bytes then
        by = KEPT_BYTES
      elseif call('ZCARD', FINISHED) > keep then
        by = KEPT_RUNS
      else
        return
      end
      oldest = surplus(by) or oldest -- those that an older version has finished are nobody's
      if now - tonumber(oldest[2]) <= UNREAD_MS then
        return
      end
    end
    remove(oldest[1])
  end
end

-- When the next job of a lane came; nil if there is none.
local function next_in(lane)
  local last
  for _, group in ipairs(call('XINFO', 'GROUPS', LANE .. lane)) do
    for field = 1, #group, 2 do
      if group[field] == 'last-delivered-id' then
        last = group[field + 1]
      end
    end
  end
  local found = call('XRANGE', LANE .. lane, '(' .. last, '+', 'COUNT', 1)
  return found[1] and tonumber(string.match(found[1][1], '^%d+'))
end

-- When the job came that has waited longest; now if none waits.
local function oldest()
  local since = now
  local lanes = call('HGETALL', LANES)
  for index = 1, #lanes, 2 do
    if tonumber(lanes[index + 1]) > 0 then
      since = math.min(since, next_in(lanes[index]) or now)
    end
  end
  return since
end

local function take(lane, consumer)
  local reply =
    call('XREADGROUP', 'GROUP', GROUP, consumer, 'COUNT', 1, 'STREAMS', LANE .. lane, '>')
  local id = reply[1][2][1][2][2]
  local job = call('HMGET', JOB .. id, 'bytes', 'work_ms', 'expires', 'payload')
  if tonumber(job[3]) < now then
    expire(id)
    return nil
  end
  wait_counts(lane, job[1], job[2], -1)
  count('running', 1)
  count('claimed', 1)
  call('HSET', JOB .. id, 'state', 'running', 'claimed', now, 'worker', consumer)
  local token = call('HINCRBY', JOB .. id, 'token', 1)
  local deliveries = call('HINCRBY', JOB .. id, 'deliveries', 1)
  return { id, token, deliveries, is_slow(lane) and 1 or 0, job[4] }
end

-- The lane whose next job has waited longest, with a start for images that a slot holds.
local function best(heads, holds, has_room_for_slow)
  local choice, most
  for lane, since in pairs(heads) do
    if has_room_for_slow or not is_slow(lane) then
      local score = now - since
      if string.sub(lane, 1, 5) == RETURNED then
        score = score + 1e15
      elseif holds[image_of(lane)] then
        score = score + PREFERENCE_MS
      end
      if not most or score > most or (score == most and lane < choice) then
        choice, most = lane, score
      end
    end
  end
  return choice
end

local transition = {}

function transition.submit(id, payload, bytes, work_ms, lane, wait_ms, language, request, digest,
                           most, most_bytes, most_work_ms)
  if request ~= '' then
    local known = call('HMGET', REQUEST .. request, 'id', 'digest')
    if known[1] then
      return { known[2] == digest and 'known' or 'reused', known[1] }
    end
  end
  if call('EXISTS', JOB .. id) == 1 then
    return { 'known', id }
  end
  local counts = call('HMGET', COUNTS, 'waiting', 'bytes', 'work_ms')
  local waiting, waiting_ms = tonumber(counts[1] or 0), tonumber(counts[3] or 0)
  if waiting >= tonumber(most)
    or tonumber(counts[2] or 0) + bytes > tonumber(most_bytes)
    or waiting > 0 and waiting_ms + work_ms > tonumber(most_work_ms)
  then
    return { 'full', '' }
  end
  call('HSET', JOB .. id, 'payload', payload, 'bytes', bytes, 'work_ms', work_ms, 'token', 0,
    'deliveries', 0, 'submitted', now, 'expires', now + wait_ms, 'language', language)
  call('ZADD', EXPIRES, now + wait_ms, id)
  if request ~= '' then
    call('HSET', JOB .. id, 'request', request)
    call('HSET', REQUEST .. request, 'id', id, 'digest', digest)
  end
  if not is_slow(lane) then
    call('HSET', COUNTS, 'fast_seen', now)
  end
  enqueue(id, lane, bytes, work_ms)
  return { 'accepted', id }
end

local function words(text)
  local found = {}
  for word in string.gmatch(text, '[^,]+') do
    found[word] = true
  end
  return found
end

-- Jobs for the free slots of a worker: of images that it has, those that its slots hold first. A slot is kept
-- from slow jobs while there are fast ones.
function transition.claim(consumer, slots, free, slow, has, holds)
  has, holds = words(has), words(holds)
  local most_slow = tonumber(slots)
  if most_slow > 1 and now - tonumber(call('HGET', COUNTS, 'fast_seen') or 0) < FAST_SEEN_MS then
    most_slow = most_slow - 1
  end
  local heads, claimed = {}, {}
  local lanes = call('HGETALL', LANES)
  for index = 1, #lanes, 2 do
    local image = image_of(lanes[index])
    if tonumber(lanes[index + 1]) > 0 and (image == '' or has[image]) then
      heads[lanes[index]] = next_in(lanes[index])
    end
  end
  while #claimed < tonumber(free) do
    local lane = best(heads, holds, tonumber(slow) < most_slow)
    if not lane then
      break
    end
    local job = take(lane, consumer)
    if job then
      claimed[#claimed + 1] = job
      slow = slow + job[4]
    end
    heads[lane] = next_in(lane)
  end
  if tonumber(call('HGET', COUNTS, 'waiting') or 0) == 0 then
    call('DEL', WAKE) -- what was put there was for jobs that somebody has
  end
  return claimed
end

-- The result and the acknowledgement, in one; only from the worker that has the job now.
function transition.commit(id, token, result)
  local job = call('HMGET', JOB .. id, 'state', 'token')
  if job[1] == 'running' and job[2] == token then
    finish(id, 'done', 'result', result)
    return 'done'
  elseif job[1] == 'done' and job[2] == token then
    return 'done' -- it was said before, and the answer was lost
  end
  count('fenced', 1)
  return 'fenced'
end

-- Renews the leases of a worker; the ids of what it should stop, or false if it is not known here.
function transition.beat(consumer, ...)
  local held, lost = { ... }, {}
  if call('HEXISTS', HELLOS, consumer) == 0 then
    return false
  end
  call('ZADD', WORKERS, now, consumer)
  for index = 1, #held, 2 do
    local id = held[index]
    local job = call('HMGET', JOB .. id, 'state', 'token', 'lane', 'entry')
    if job[1] == 'running' and job[2] == held[index + 1] then
      call('XCLAIM', LANE .. job[3], GROUP, consumer, 0, job[4], 'JUSTID')
    else
      lost[#lost + 1] = id
    end
  end
  tidy()
  return lost
end

function transition.register(consumer, hello)
  call('HSET', HELLOS, consumer, hello)
  call('ZADD', CAME, stamp(), consumer)
  call('ZADD', WORKERS, now, consumer)
  call('HDEL', FAULTS, consumer)
  return 1
end

-- A predecessor of the same name is dead, and its jobs need not wait until that is noticed.
function transition.succeed(consumer)
  give_back_of(consumer, true)
  return 1
end

function transition.leave(consumer)
  give_back_of(consumer, false)
  goes(consumer)
  return 1
end

function transition.report(consumer, reason)
  call('HSET', FAULTS, consumer, reason)
  call('PEXPIRE', FAULTS, FAULTS_MS)
  return 1
end

function transition.cancel(id)
  local state = call('HGET', JOB .. id, 'state')
  if state == 'queued' or state == 'running' then
    finish(id, 'cancelled')
    return 1
  end
  return 0
end

-- Where jobs stand, with the server's time; false for one that is not there.
function transition.look(...)
  local found = { now }
  for _, id in ipairs({ ... }) do
    local job = call('HMGET', JOB .. id, 'state', 'submitted', 'claimed', 'finished', 'language',
      'code', 'message', 'result')
    found[#found + 1] = job[1] and job or false
  end
  return found
end

function transition.find(request, digest)
  local known = call('HMGET', REQUEST .. request, 'id', 'digest')
  if not known[1] then
    return { 'unknown', '' }
  end
  return { known[2] == digest and 'known' or 'reused', known[1] }
end

-- What the API looks at, and the housekeeping that needs somebody to do it.
-- Of the workers only what has changed since the stamp that the API has seen: all names, and those that are new.
function transition.survey(keep, keep_bytes, keep_ms, seen)
  tidy()
  forget(tonumber(keep), tonumber(keep_bytes), tonumber(keep_ms))
  local counts = call('HGETALL', COUNTS)
  counts[#counts + 1] = 'oldest_ms'
  counts[#counts + 1] = now - oldest()
  local faults = call('HGETALL', FAULTS)
  local fleet = tonumber(call('HGET', COUNTS, 'fleet') or 0)
  seen = tonumber(seen or 0)
  if seen == fleet then
    return { counts, faults }
  end
  local after = seen < fleet and seen or 0 -- this Redis was emptied, and the API has seen another fleet
  local news = {}
  for _, consumer in ipairs(call('ZRANGEBYSCORE', CAME, '(' .. string.format('%.0f', after), '+inf')) do
    news[#news + 1] = consumer
    news[#news + 1] = call('HGET', HELLOS, consumer)
  end
  return { counts, faults, call('ZRANGE', CAME, 0, -1), news }
end

if ARGV[1] ~= 'submit' then
  -- A full Redis refuses a script's first write if it takes memory. Only what brings more may be refused so:
  -- all else must go on, above all what makes room again. So the first write is one that takes none.
  call('DEL', P .. ':nothing')
end
return transition[ARGV[1]](unpack(ARGV, 3))
