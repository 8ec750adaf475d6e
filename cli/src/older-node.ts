// What Node 20 and 22 lack of JavaScript and the command line uses.
import 'core-js/actual/array/from-async'
import 'core-js/actual/async-disposable-stack'
import 'core-js/actual/disposable-stack'
import 'core-js/actual/iterator'
import 'core-js/actual/map/group-by'
import 'core-js/actual/promise/try'
import 'core-js/actual/promise/with-resolvers'
