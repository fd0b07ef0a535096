-- The queue's state in Redis: every key and every transition, each of them atomic.
--
-- `store.py` makes a library of Redis' functions of this: what it puts above it gives P, the prefix of all keys,
-- and below it stands what `carry_out` is called by. A call's first arguments are how long a lease lasts, in
-- ms, and the channel on which ids of finished jobs are told, and small results, to who waits. The others are
-- transitions, one after the other: the name of each, how many arguments it takes, and those. There is an answer
-- for each.
-- A job is a hash. While it is queued, handed out or running, its id is an entry in one lane, which is a stream
-- with a consumer group, for one size and one image, as `slow:python`. `token` grows whenever it is given to a
-- worker or taken from one, and only who knows the present token can commit a result. A job that is handed out
-- was claimed ahead: its worker has no slot for it yet, so that it still waits.

local JOB, LANE, REQUEST = P .. ':job:', P .. ':lane:', P .. ':request:'
local WAKE = P .. ':wake'         -- list: something for each job that came, for workers that wait
local COUNTS = P .. ':counts'     -- hash: waiting, bytes, work_ms, running, kept_bytes, and what has happened
local LANES = P .. ':lanes'       -- hash: lane -> jobs that are queued in it
local HANDED = P .. ':handed'     -- sorted set: jobs that are handed out by the time at which they came
local FINISHED = P .. ':finished' -- sorted set: finished jobs by the time of their end
local OWNED = P .. ':owned:'      -- sorted sets, one for each caller: its finished jobs, by the same time
local KEPT_RUNS = P .. ':kept_by_runs'   -- sorted set: callers by how many those are
local KEPT_BYTES = P .. ':kept_by_bytes' -- sorted set: callers by the bytes of their results
local EXPIRES = P .. ':expires'   -- sorted set: unfinished jobs by the time at which nobody wants them any more
local WORKERS = P .. ':workers'   -- sorted set: workers by their last heartbeat
local HELLOS = P .. ':hellos'     -- hash: worker -> what it introduced itself with
local CAME = P .. ':came'         -- sorted set: workers by the stamp of the fleet that they came with
local FAULTS = P .. ':faults'     -- hash: worker -> why it has given up, for a while: not each comes back

local GROUP = 'workers'
local RETURNED = 'back:'          -- begins the lanes of jobs that a worker has lost: they go first
local MOST_DELIVERIES = 3
local PREFERENCE_MS = 2000        -- so much longer another image's job must have waited to go first
local FAST_SEEN_MS = 10000        -- a slot is kept free for fast jobs for so long after the last one
local FAULTS_MS = 3600000         -- faults are forgotten so long after the last one
local UNREAD_MS = 10000           -- results younger than this are kept whatever the bounds
local TOLD_BYTES = 4096           -- a larger result is not told to all APIs, but fetched by the one that waits
local MOST_TOKENS = 100           -- as many workers are woken by one call: not fewer than it can bring jobs
local MOST_AT_ONCE = 200
local MOST_FORGOTTEN = 2000       -- in one survey, of which each API makes one a second: more than can finish

-- Of the call that is under way: Redis, its time in ms, the first arguments, the counts that were asked for, and
-- those that have changed, which are written once, at the end.
local call, now, lease_ms, channel, counts, changed

local function counted(name)
  if not counts[name] then
    -- Most transitions need most of these.
    local names = { 'waiting', 'bytes', 'work_ms', 'running', 'claimed', 'kept_bytes', 'fast_seen', name }
    for index, value in ipairs(call('HMGET', COUNTS, unpack(names))) do
      counts[names[index]] = counts[names[index]] or tonumber(value or 0)
    end
  end
  return counts[name]
end

local function set_count(name, value)
  counts[name], changed[name] = value, true
end

local function count(name, by)
  set_count(name, counted(name) + by)
end

local function write_counts()
  local written = {}
  for name in pairs(changed) do
    written[#written + 1] = name
    written[#written + 1] = counts[name]
  end
  if #written > 0 then
    call('HSET', COUNTS, unpack(written))
    changed = {}
  end
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

-- A job, with one more of its fields if it is named.
local function job_of(id, ...)
  local values = call('HMGET', JOB .. id, 'state', 'token', 'lane', 'entry', 'bytes', 'work_ms', 'deliveries',
    'expires', 'submitted', 'claimed', ...)
  return {
    state = values[1], token = values[2], lane = values[3], entry = values[4], bytes = values[5],
    work_ms = values[6], deliveries = tonumber(values[7]), expires = tonumber(values[8]),
    submitted = values[9], claimed = values[10], more = values[11],
  }
end

local function wait_counts(job, sign)
  count('waiting', sign)
  count('bytes', sign * job.bytes)
  count('work_ms', sign * job.work_ms)
end

-- Puts a job into a lane; what else is to be written of it can be given.
local function enqueue(id, job, lane, ...)
  local stream = LANE .. lane
  if call('HINCRBY', LANES, lane, 1) == 1 and call('EXISTS', stream) == 0 then
    call('XGROUP', 'CREATE', stream, GROUP, '0', 'MKSTREAM')
  end
  local entry = call('XADD', stream, '*', 'id', id)
  call('HSET', JOB .. id, 'state', 'queued', 'lane', lane, 'entry', entry, ...)
  wait_counts(job, 1)
  if call('LLEN', WAKE) < MOST_TOKENS then
    call('RPUSH', WAKE, '1')
  end
end

-- Takes a job out of its lane; what it was there for is over.
local function leave_lane(id, job)
  call('XACK', LANE .. job.lane, GROUP, job.entry)
  call('XDEL', LANE .. job.lane, job.entry)
  if job.state == 'running' then
    count('running', -1)
    return
  end
  wait_counts(job, -1)
  if job.state == 'queued' then
    call('HINCRBY', LANES, job.lane, -1)
  else
    call('ZREM', HANDED, id)
  end
end

-- A worker has a slot for a job; the fields that say so.
local function begun(job)
  count('running', 1)
  count('claimed', 1)
  wait_counts(job, -1)
  return 'state', 'running', 'claimed', now, 'deliveries', job.deliveries + 1
end

-- What all APIs are told of an end, so that who waits need not ask: of a small result also for how many ms the
-- job waited and how many it took, and then the result.
local function tell(id, job, result)
  local told = id
  if result and #result <= TOLD_BYTES then
    told = table.concat({ id, job.claimed - job.submitted, now - job.claimed }, ' ') .. '\n' .. result
  end
  redis.pcall('PUBLISH', channel, told) -- who must not publish may still finish jobs
end

-- An end; `bytes` has its result, which is one of the fields to be written.
local function finish(id, job, state, bytes, ...)
  leave_lane(id, job)
  call('HSET', JOB .. id, 'state', state, 'finished', now, ...)
  call('HDEL', JOB .. id, 'payload')
  call('ZREM', EXPIRES, id)
  call('ZADD', FINISHED, now, id)
  local owner = owner_of(id)
  count('kept_bytes', bytes)
  call('ZADD', OWNED .. owner, now, id)
  call('ZINCRBY', KEPT_RUNS, 1, owner)
  call('ZINCRBY', KEPT_BYTES, bytes, owner)
end

local function fail(id, job, code, message)
  count(code, 1)
  finish(id, job, 'failed', 0, 'code', code, 'message', message)
  tell(id)
end

local function expire(id, job)
  fail(id, job, 'expired', 'no worker was free before its deadline')
end

-- A job that its worker has lost (or, not counted, handed back) waits again, ahead of the others. One that
-- never had a slot has lost nothing.
local function give_back(id, is_counted)
  local job = job_of(id)
  local had_slot = job.state == 'running'
  if had_slot and is_counted and job.deliveries >= MOST_DELIVERIES then
    return fail(id, job, 'worker_died', 'the worker died during this run, ' .. job.deliveries .. ' times')
  elseif job.expires < now then
    return expire(id, job)
  end
  if had_slot then
    job.deliveries = job.deliveries - (is_counted and 0 or 1)
    count('reclaimed', 1)
  end
  leave_lane(id, job)
  call('HDEL', JOB .. id, 'claimed', 'worker')
  enqueue(id, job, RETURNED .. image_of(job.lane), 'token', job.token + 1, 'deliveries', job.deliveries)
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
  local fresh = math.max(counted('fleet') + 1, now)
  set_count('fleet', fresh)
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
  local before = counted('tidied')
  if now >= before and now - before < lease_ms / 20 then
    return
  end
  set_count('tidied', now)
  for _, lane in ipairs(call('HKEYS', LANES)) do
    local pending = call('XPENDING', LANE .. lane, GROUP, 'IDLE', lease_ms, '-', '+', MOST_AT_ONCE)
    give_back_all(lane, pending, true)
  end
  for _, consumer in ipairs(call('ZRANGEBYSCORE', WORKERS, '-inf', now - lease_ms)) do
    give_back_of(consumer, true)
    goes(consumer)
  end
  for _, id in ipairs(call('ZRANGEBYSCORE', EXPIRES, '-inf', now, 'LIMIT', 0, MOST_AT_ONCE)) do
    local job = job_of(id)
    if job.state == 'queued' or job.state == 'handed' then
      expire(id, job)
    else
      call('ZREM', EXPIRES, id) -- it runs, and its limits bound that
    end
  end
end

-- From here on all that a caller has is nobody's.
local function disown(owner)
  call('UNLINK', OWNED .. owner)
  call('ZREM', KEPT_RUNS, owner)
  call('ZREM', KEPT_BYTES, owner)
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
  if call('ZREM', FINISHED, id) == 0 then
    disown(owner) -- an older version has forgotten it, so what is known of its caller is wrong
  elseif call('ZREM', OWNED .. owner, id) == 1 then
    call('ZINCRBY', KEPT_BYTES, 0 - bytes, owner)
    if tonumber(call('ZINCRBY', KEPT_RUNS, -1, owner)) == 0 then
      disown(owner)
    end
  end
end

-- What goes when there is too much by runs or by bytes: the oldest job of the caller that has most. What an
-- older version has finished is nobody's and goes before, when it is the oldest of all.
local function surplus(by, oldest)
  if not call('ZSCORE', OWNED .. owner_of(oldest[1]), oldest[1]) then
    return oldest
  end
  local whose = call('ZREVRANGE', by, 0, 0)[1]
  return call('ZRANGE', OWNED .. whose, 0, 0, 'WITHSCORES')
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
      if counted('kept_bytes') > keep_bytes then
        by = KEPT_BYTES
      elseif call('ZCARD', FINISHED) > keep then
        by = KEPT_RUNS
      else
        return
      end
      oldest = surplus(by, oldest)
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
  local handed = call('ZRANGE', HANDED, 0, 0, 'WITHSCORES')
  local since = tonumber(handed[2] or now)
  local lanes = call('HGETALL', LANES)
  for index = 1, #lanes, 2 do
    if tonumber(lanes[index + 1]) > 0 then
      since = math.min(since, next_in(lanes[index]) or now)
    end
  end
  return since
end

-- Gives a lane's next job to a worker: for a slot that is free, or ahead.
local function take(lane, consumer, is_ahead)
  local reply =
    call('XREADGROUP', 'GROUP', GROUP, consumer, 'COUNT', 1, 'STREAMS', LANE .. lane, '>')
  if not reply then
    return nil
  end
  local entry = reply[1][2][1]
  local id = entry[2][2]
  local job = job_of(id, 'payload')
  if job.expires < now then
    expire(id, job)
    return nil
  end
  call('HINCRBY', LANES, lane, -1)
  local token = job.token + 1
  if is_ahead then
    call('HSET', JOB .. id, 'token', token, 'worker', consumer, 'state', 'handed')
    call('ZADD', HANDED, string.match(entry[1], '^%d+'), id)
  else
    call('HSET', JOB .. id, 'token', token, 'worker', consumer, begun(job))
  end
  return { id, token, job.deliveries + 1, is_slow(lane) and 1 or 0, job.more, is_ahead and 1 or 0 }
end

-- Of the lanes with waiting jobs the one whose next job has waited longest, with a start for images that a slot
-- holds. When they came is looked up in `heads`, where it is kept, if there is a choice.
local function best(waiting, heads, holds, has_room_for_slow)
  local lanes = {}
  for lane in pairs(waiting) do
    if has_room_for_slow or not is_slow(lane) then
      lanes[#lanes + 1] = lane
    end
  end
  if #lanes < 2 then
    return lanes[1]
  end
  local choice, most
  for _, lane in ipairs(lanes) do
    heads[lane] = heads[lane] or next_in(lane) or now
    local score = now - heads[lane]
    if string.sub(lane, 1, 5) == RETURNED then
      score = score + 1e15
    elseif holds[image_of(lane)] then
      score = score + PREFERENCE_MS
    end
    if not most or score > most or (score == most and lane < choice) then
      choice, most = lane, score
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
  local waiting = counted('waiting')
  if waiting >= tonumber(most)
    or counted('bytes') + bytes > tonumber(most_bytes)
    or waiting > 0 and counted('work_ms') + work_ms > tonumber(most_work_ms)
  then
    return { 'full', '' }
  end
  call('ZADD', EXPIRES, now + wait_ms, id)
  if request ~= '' then
    call('HSET', JOB .. id, 'request', request)
    call('HSET', REQUEST .. request, 'id', id, 'digest', digest)
  end
  if not is_slow(lane) then
    set_count('fast_seen', now)
  end
  enqueue(id, { bytes = bytes, work_ms = work_ms }, lane, 'payload', payload, 'bytes', bytes,
    'work_ms', work_ms, 'token', 0, 'deliveries', 0, 'submitted', now, 'expires', now + wait_ms,
    'language', language)
  return { 'accepted', id }
end

local function words(text)
  local found = {}
  for word in string.gmatch(text, '[^,]+') do
    found[word] = true
  end
  return found
end

-- Whether there is no other worker.
local function is_alone(consumer)
  local there = call('ZRANGE', WORKERS, 0, 1)
  return #there == 1 and there[1] == consumer
end

-- A job that was claimed ahead has a slot, if it is still that worker's.
local function begin(id, token)
  local job = job_of(id)
  if job.state == 'handed' and job.token == token then
    call('HSET', JOB .. id, begun(job))
    call('ZREM', HANDED, id)
  end
end

-- Jobs for the free slots of a worker: of images that it has, those that its slots hold first. A slot is kept
-- from slow jobs while there are fast ones. A worker that is alone is given some more, ahead of its slots; none
-- that is slow or was lost before, which wait for a slot here, and others behind them. What it was given before
-- and has a slot now comes in pairs of id and token.
function transition.claim(consumer, slots, free, slow, has, holds, ahead, ...)
  local began = { ... }
  for index = 1, #began, 2 do
    begin(began[index], began[index + 1])
  end
  has, holds = words(has), words(holds)
  local most_slow = tonumber(slots)
  if most_slow > 1 and now - counted('fast_seen') < FAST_SEEN_MS then
    most_slow = most_slow - 1
  end
  local waiting, heads, claimed = {}, {}, {}
  local lanes = call('HGETALL', LANES)
  for index = 1, #lanes, 2 do
    local image = image_of(lanes[index])
    if tonumber(lanes[index + 1]) > 0 and (image == '' or has[image]) then
      waiting[lanes[index]] = tonumber(lanes[index + 1])
    end
  end
  free, ahead = tonumber(free), tonumber(ahead or 0)
  local most = free + (ahead > 0 and is_alone(consumer) and ahead or 0)
  while #claimed < most do
    local is_ahead = #claimed >= free
    local lane = best(waiting, heads, holds, tonumber(slow) < most_slow)
    if not lane or is_ahead and string.sub(lane, 1, 5) ~= 'fast:' then
      break
    end
    local job = take(lane, consumer, is_ahead)
    if job then
      claimed[#claimed + 1] = job
      slow = slow + job[4]
    end
    heads[lane] = nil
    waiting[lane] = waiting[lane] > 1 and waiting[lane] - 1 or nil
  end
  if #claimed < most and counted('waiting') == 0 then
    call('DEL', WAKE) -- what was put there was for jobs that somebody has
  end
  return claimed
end

-- The result and the acknowledgement, in one; only from the worker that has the job now.
function transition.commit(id, token, result)
  local job = job_of(id)
  if job.token == token and job.state == 'handed' then
    begin(id, token) -- what said so is still on its way
    job = job_of(id)
  end
  if job.token == token and job.state == 'running' then
    finish(id, job, 'done', #result, 'result', result)
    tell(id, job, result)
    return 'done'
  elseif job.token == token and job.state == 'done' then
    return 'done' -- it was said before, and the answer was lost
  end
  count('fenced', 1)
  return 'fenced'
end

-- Renews the leases of a worker; the ids of what it should stop, or false if it is not known here. What was
-- claimed ahead is taken back from a worker that is not alone any more, or does not want it.
function transition.beat(consumer, wants_ahead, ...)
  local held, lost = { ... }, {}
  if call('HEXISTS', HELLOS, consumer) == 0 then
    return false
  end
  call('ZADD', WORKERS, now, consumer)
  local may_have_more = wants_ahead == '1' and is_alone(consumer)
  for index = 1, #held, 2 do
    local id = held[index]
    local job = job_of(id)
    local is_its_own = job.token == held[index + 1]
    if is_its_own and (job.state == 'running' or job.state == 'handed' and may_have_more) then
      call('XCLAIM', LANE .. job.lane, GROUP, consumer, 0, job.entry, 'JUSTID')
    else
      lost[#lost + 1] = id
      if is_its_own and job.state == 'handed' then
        give_back(id, false)
      end
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
  local job = job_of(id)
  if job.state == 'queued' or job.state == 'handed' or job.state == 'running' then
    finish(id, job, 'cancelled', 0)
    tell(id)
    return 1
  end
  return 0
end

-- Where jobs stand, with the server's time; false for one that is not there. Results are told as long as there is
-- room for them, though one at least if there is any room; false instead of those that are left out.
function transition.look(room_bytes, ...)
  local found, room, has_told = { now }, tonumber(room_bytes), false
  for _, id in ipairs({ ... }) do
    local job = call('HMGET', JOB .. id, 'state', 'submitted', 'claimed', 'finished', 'language',
      'code', 'message')
    job[8] = false
    if job[1] == 'done' and room > 0 then
      local bytes = call('HSTRLEN', JOB .. id, 'result')
      if bytes <= room or not has_told then
        job[8] = call('HGET', JOB .. id, 'result')
        room, has_told = room - bytes, true
      end
    end
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
  write_counts()
  local all = call('HGETALL', COUNTS)
  all[#all + 1] = 'oldest_ms'
  all[#all + 1] = now - oldest()
  local faults = call('HGETALL', FAULTS)
  local fleet = counted('fleet')
  seen = tonumber(seen or 0)
  if seen == fleet then
    return { all, faults }
  end
  local after = seen < fleet and seen or 0 -- this Redis was emptied, and the API has seen another fleet
  local news = {}
  for _, consumer in ipairs(call('ZRANGEBYSCORE', CAME, '(' .. string.format('%.0f', after), '+inf')) do
    news[#news + 1] = consumer
    news[#news + 1] = call('HGET', HELLOS, consumer)
  end
  return { all, faults, call('ZRANGE', CAME, 0, -1), news }
end

local function carry_out(_, words)
  call = redis.call
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
  lease_ms, channel = tonumber(words[1]), words[2]
  counts, changed = {}, {}
  local answers, at = {}, 3
  while at < #words do
    local last = at + 1 + words[at + 1]
    local is_well, answer = pcall(function()
      return transition[words[at]](unpack(words, at + 2, last))
    end)
    if not is_well then
      -- An error's text begins with its kind, as OOM, if it is Redis' own.
      local text = type(answer) == 'table' and answer.err or tostring(answer)
      answer = { err = string.match(text, '^%u+ ') and text or 'ERR ' .. text }
    end
    answers[#answers + 1] = answer
    at = last + 1
  end
  write_counts()
  return answers
end
