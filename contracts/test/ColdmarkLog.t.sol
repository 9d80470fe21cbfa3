// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ColdmarkLog} from "../ColdmarkLog.sol";
import {IColdmarkLog} from "../interfaces/IColdmarkLog.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// @dev This contract is admin, registrar and publisher; `thief` and `next` are others.
contract ColdmarkLogTest {
    uint256 private constant SEED = 7;
    uint256 private constant NOON = 20_000 days + 12 hours;
    string private constant ORIGIN = "log.example/1";
    bytes32 private constant ID = keccak256(bytes(ORIGIN));
    string private constant GTIN = "09506000134352";
    address private constant THIEF = address(0xbad);
    address private constant NEXT = address(0xbee);
    ColdmarkLog private log;

    function setUp() public {
        vm.warp(NOON);
        log = new ColdmarkLog(address(this), address(this));
        log.register(ORIGIN, address(this));
    }

    function testFuzz_HeadMovesOnlyForwardAndOnlyByProof(uint8[6] calldata steps, bytes32 junk) public {
        uint48 size = 0;
        for (uint256 i = 0; i < steps.length; ++i) {
            uint48 newSize = size + uint48(steps[i] % 12) + 1;
            _extendTo(size, newSize);
            (bytes32 root, uint48 now_,,,) = log.head(ID);
            require(now_ == newSize && root == Tree.root(SEED, newSize), "the head isn't the tree");
            bytes32[] memory noise = new bytes32[](steps[i] % 9);
            for (uint256 j = 0; j < noise.length; ++j) noise[j] = keccak256(abi.encode(junk, j));
            vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.Inconsistent.selector, ID, newSize, newSize + 1));
            log.extend(ID, newSize + 1, junk, noise);
            size = newSize;
        }
    }

    function testFuzz_NoSizeIsEverLowered(uint48 lower) public {
        _extendTo(0, 9);
        lower %= 10;
        bytes32 root = Tree.root(SEED, 9);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.HeadMoved.selector, ID, uint48(9), root));
        log.extend(ID, lower, root, new bytes32[](0));
    }

    function testFuzz_GrowsByAtMostTwoToThe24(uint48 size) public {
        vm.assume(size > 2 ** 24);
        vm.expectRevert(
            abi.encodeWithSelector(IColdmarkLog.TooManyEntries.selector, ID, size, uint48(2 ** 24))
        );
        log.extend(ID, size, bytes32(uint256(1)), new bytes32[](0));
        log.extend(ID, 2 ** 24, bytes32(uint256(1)), new bytes32[](0));
    }

    function testFuzz_EveryDaysLastHeadIsSealedForEver(uint32[5] calldata gaps) public {
        uint48 size = 0;
        uint256 time = NOON;
        bytes32[] memory digests = new bytes32[](8);
        uint32[] memory days_ = new uint32[](8);
        for (uint256 i = 0; i < gaps.length; ++i) {
            _extendTo(size, size + 2);
            size += 2;
            digests[i] = keccak256(abi.encode(size, Tree.root(SEED, size), uint40(time)));
            days_[i] = uint32(time / 1 days);
            time += gaps[i] % 3 days;
            vm.warp(time);
        }
        for (uint256 i = 0; i + 1 < gaps.length; ++i) {
            bytes32 want = days_[i] == days_[i + 1] ? bytes32(0) : digests[i];
            if (want == 0) continue;
            require(log.sealedDigest(ID, days_[i]) == want, "a day's last head isn't sealed");
        }
        require(log.sealedDigest(ID, days_[gaps.length - 1]) == 0, "a day was sealed before a later head came");
    }

    function test_SealsAreReadByDay() public {
        uint32 day = uint32(NOON / 1 days);
        _extendTo(0, 3);
        vm.warp(NOON + 1 hours);
        _extendTo(3, 4);
        require(log.seals(ID, day, day)[0] == 0, "sealed within the day");
        vm.warp(NOON + 2 days);
        _extendTo(4, 5);
        bytes32[] memory digests = log.seals(ID, day - 1, day + 2);
        bytes32 want = keccak256(abi.encode(uint48(4), Tree.root(SEED, 4), uint40(NOON + 1 hours)));
        require(digests.length == 4 && digests[1] == want, "the replaced head isn't sealed");
        require(digests[0] == 0 && digests[2] == 0 && digests[3] == 0, "a seal without a head");
        require(log.seals(ID, day, day + 399).length == 400, "400 days can't be read");
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.BadDayRange.selector, day, day + 400, uint32(400)));
        log.seals(ID, day, day + 400);
    }

    function test_C5_AStolenKeyIsRotatedAwayWhileFrozen() public {
        _extendTo(0, 3);
        log.freeze(ID);
        log.proposePublisher(ID, NEXT);
        vm.warp(NOON + 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.TooEarly.selector, ID, uint40(NOON + 2 days)));
        vm.prank(NEXT);
        log.acceptPublisher(ID);
        vm.warp(NOON + 2 days);
        vm.prank(NEXT);
        log.acceptPublisher(ID);
        (bytes32 root, uint48 size, address publisher,, uint8 flags) = log.head(ID);
        require(root == Tree.root(SEED, 3) && size == 3, "rotation touched the head");
        require(publisher == NEXT && flags == 1, "not rotated, or no longer frozen");
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.NotPublisher.selector, ID, address(this)));
        log.extend(ID, 4, root, new bytes32[](0));
    }

    function test_AThiefCannotPushBackTheAdminsRotation() public {
        log.register("log.example/2", THIEF);
        bytes32 id = keccak256("log.example/2");
        vm.prank(THIEF);
        log.proposePublisher(id, address(0xbad2));
        log.proposePublisher(id, NEXT);
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.AlreadyProposed.selector, id));
        log.proposePublisher(id, address(0xbad3));
        vm.warp(NOON + 2 days);
        vm.prank(NEXT);
        log.acceptPublisher(id);
    }

    function testFuzz_AFreezeLapsesAndIsRare(uint32 later) public {
        _extendTo(0, 3);
        log.freeze(ID);
        uint256 time = NOON + later % 40 days;
        vm.warp(time);
        (,,,, uint8 flags) = log.head(ID);
        bool frozen = time < NOON + 7 days;
        require((flags & 1 != 0) == frozen, "the flag lies");
        bytes32 root = Tree.root(SEED, 4);
        bytes32[] memory proof = Tree.consistencyProof(SEED, 3, 4);
        if (frozen) {
            vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.LogFrozen.selector, ID, uint40(NOON + 7 days)));
        }
        log.extend(ID, 4, root, proof);
        if (time < NOON + 30 days) {
            vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.FreezeTooSoon.selector, ID, uint40(NOON + 30 days)));
        }
        log.freeze(ID);
    }

    function test_UnfreezeOpensTheLogButNotTheNextFreeze() public {
        log.freeze(ID);
        log.unfreeze(ID);
        _extendTo(0, 3);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.FreezeTooSoon.selector, ID, uint40(NOON + 30 days)));
        log.freeze(ID);
    }

    function test_ARetiredLogKeepsItsSealsAndTakesNothing() public {
        bytes32 successor = keccak256("log.example/2");
        uint32 day = uint32(NOON / 1 days);
        log.register("log.example/2", NEXT);
        _extendTo(0, 3);
        log.proposeRetirement(ID, day, successor);
        vm.warp(NOON + 2 days);
        log.retire(ID, day, successor);
        bytes32 want = keccak256(abi.encode(uint48(3), Tree.root(SEED, 3), uint40(NOON)));
        require(log.sealedDigest(ID, day) == want, "the last head isn't sealed");
        (uint32 lastDay, bytes32 next,, bool retired) = log.retirement(ID);
        require(lastDay == day && next == successor && retired, "the way on isn't shown");
        bytes32 root = Tree.root(SEED, 4);
        bytes32[] memory proof = Tree.consistencyProof(SEED, 3, 4);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.LogRetired.selector, ID));
        log.extend(ID, 4, root, proof);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.LogRetired.selector, ID));
        log.cancelRetirement(ID);
    }

    function test_ARecallIsSeenLiftedAndSeenAgain() public {
        bytes32 subject = keccak256(abi.encodePacked("lot", hex"00", GTIN, hex"00", "ABC123"));
        log.setRevoker(GTIN, address(this), true);
        log.revoke(GTIN, "ABC123", 7);
        _requireRevocation(subject, uint40(NOON), 0, 7);
        vm.warp(NOON + 1 days);
        log.lift(GTIN, "ABC123");
        _requireRevocation(subject, uint40(NOON), uint40(NOON + 1 days), 7);
        vm.warp(NOON + 2 days);
        log.revoke(GTIN, "ABC123", 9);
        _requireRevocation(subject, uint40(NOON), 0, 9);
    }

    function testFuzz_OnlyFourteenDigitsAreAGtin(bytes calldata text) public {
        bool digits = text.length == 14;
        for (uint256 i = 0; i < text.length; ++i) digits = digits && uint8(text[i]) >= 48 && uint8(text[i]) <= 57;
        vm.assume(!digits);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.BadGtin.selector, string(text)));
        log.setRevoker(string(text), NEXT, true);
    }

    function test_AGtinsEveryDigitIsChecked() public {
        bytes1[2] memory besideDigits = [bytes1("/"), bytes1(":")];
        for (uint256 i = 0; i < 14; ++i) {
            for (uint256 j = 0; j < 2; ++j) {
                bytes memory text = bytes(GTIN);
                text[i] = besideDigits[j];
                vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.BadGtin.selector, string(text)));
                log.setRevoker(string(text), NEXT, true);
            }
        }
        log.setRevoker("00000000000000", NEXT, true);
        log.setRevoker("99999999999999", NEXT, true);
    }

    function _extendTo(uint48 from, uint48 to) private {
        bytes32[] memory proof = from == 0 ? new bytes32[](0) : Tree.consistencyProof(SEED, from, to);
        log.extend(ID, to, Tree.root(SEED, to), proof);
    }

    function _requireRevocation(bytes32 subject, uint40 since, uint40 until, uint16 reason) private view {
        (uint40 s, uint40 u, uint16 r) = log.revocation(subject);
        require(s == since && u == until && r == reason, "the recall isn't shown as it was");
    }
}
